"""`recurseq init` on sheets whose numbers are names, and on sheets of other shapes."""

import pandas as pd
import pytest

from support.command_study import config_of, counts_for, init, recurseq, sheet_of, write_study

pytestmark = pytest.mark.slow

GROUPS = {"normal": 6, "tumour": 6}


def text_of(folder):
    return (folder / "config.yaml").read_text(encoding="utf-8")


def use_formula(folder, formula, *columns):
    """Take the formula, and the lines of levels that a comment proposes."""
    old = config_of(folder)["design"]["formula"]
    text = text_of(folder).replace(f'formula: "{old}"', f'formula: "{formula}"')
    for column in columns:
        text = text.replace(f"    # {column}: [", f"    {column}: [")
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    checked = recurseq("check", folder)
    assert checked.exit_code == 0, checked.output
    return checked.output


@pytest.mark.parametrize("column", ["patient", "MouseNo", "code"])
def test_pairs_by_number_are_proposed_as_a_factor(tmp_path, column):
    numbers = [101, 102, 104, 105, 108, 110, 113]
    sheet = sheet_of({"before": 7, "after": 7}, **{column: numbers * 2})
    folder = write_study(tmp_path, sheet)
    ended = init(folder)
    assert ended.exit_code == 0, ended.output
    paired = "7 of 7 values have samples in several groups; 6 of 12 degrees of freedom"
    assert paired in ended.output.replace("\n", " ") and paired in text_of(folder)
    assert f'# {column}: ["101", "102", "104", "105", "108", "110", "113"]' in text_of(folder)
    slope = use_formula(folder, f"~ {column} + group")
    assert "fits one slope" in slope and "6 degrees of freedom instead of 1" in slope
    factor = use_formula(folder, f"~ {column} + group", column)
    assert "slope" not in factor and f"{column}[102]" in factor


def test_levels_are_written_as_in_the_sheet(tmp_path):
    numbers = ["007", "021", "100", "003"]
    folder = write_study(tmp_path, sheet_of({"pre": 4, "post": 4}, subject=numbers * 2))
    assert init(folder).exit_code == 0
    assert '# subject: ["003", "007", "021", "100"]' in text_of(folder)
    use_formula(folder, "~ subject + group", "subject")


def test_ages_stay_numbers(tmp_path):
    ages = [61, 55, 47, 70, 38, 44]
    folder = write_study(tmp_path, sheet_of(GROUPS, age=ages * 2, patient=[*"abcdef"] * 2))
    assert init(folder).exit_code == 0
    assert "age as a number" not in text_of(folder) or "# age:" not in text_of(folder)
    assert "# patient:" not in text_of(folder)  # texts are factors without a list


def test_replicates_are_never_compared_and_a_block_only_with_a_word(tmp_path):
    sheet = sheet_of({"DSS00": 3, "DSS07": 3}, replicate=[1, 2, 3] * 2)
    folder = write_study(tmp_path, sheet.rename(columns={"group": "moment"}))
    ended = init(folder)
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["design"]["formula"] == "~ moment"
    assert "numbers that merely count are no block" in text_of(folder)
    alone = write_study(tmp_path / "alone", sheet.drop(columns="group"))
    ended = init(alone)
    assert ended.exit_code == 1 and "which column to compare? none holds groups" in ended.output


def test_survival_is_never_proposed(tmp_path):
    months = [5, 12, 60, 33, 7, 80, 22, 41, 9, 15, 51, 64]
    sheet = sheet_of(GROUPS, time=months, status=[0, 1] * 6, vital=["dead", "alive"] * 6)
    folder = write_study(tmp_path, sheet.rename(columns={"group": "shape"}))
    ended = init(folder)
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["design"]["formula"] == "~ shape"
    for column in ("time", "status", "vital"):
        assert f"# {column} cannot be added: it tells survival" in text_of(folder)


def test_words_for_missing_are_found_among_numbers(tmp_path):
    ages = [61, "unknown", 55, "?", 47, 60, 70, 51, 72, 43, 74, 65]
    sheet = sheet_of(GROUPS, age=ages, drug=["none", "x"] * 6, dose=[1.5, "none", *[2.5] * 10])
    folder = write_study(tmp_path, sheet)
    assert init(folder, "--factor", "group").exit_code == 0
    assert config_of(folder)["samples"]["missing"] == ["unknown", "?"]  # none is a level of drug
    assert "# age cannot be added: no value for 2 of the samples" in text_of(folder)
    assert recurseq("check", folder).exit_code == 0


def test_samples_without_counts_are_left_out_when_a_column_tells_them(tmp_path):
    sheet = sheet_of({"sham": 8, "treated": 8}, tissue=["liver", "spleen"] * 8)
    folder = write_study(tmp_path, sheet)
    kept = list(sheet.loc[sheet["tissue"] == "liver", "sample_id"])
    counts_for(kept).to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
    ended = init(folder)
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["samples"]["keep"] == {"tissue": ["liver"]}
    (folder / "config.yaml").write_text(
        text_of(folder).replace("tissue: [liver]", "tissue: [liver, spleen]")
    )
    checked = recurseq("check", folder)
    assert checked.exit_code == 1
    assert "8 samples of the sheet are not in the counts" in checked.output
    assert "samples.keep: {tissue: [liver]}" in checked.output


def test_nothing_is_left_out_where_names_may_be_misspelt(tmp_path):
    sheet = sheet_of({"sham": 8, "treated": 8}, tissue=["liver", "spleen"] * 8)
    folder = write_study(tmp_path, sheet)
    counts = counts_for(
        [f"{s}x" if t == "spleen" else s for s, t in sheet[["sample_id", "tissue"]].to_numpy()]
    )
    counts.to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
    assert init(folder).exit_code == 1
    assert "keep" not in config_of(folder)["samples"]


def test_a_sheet_of_r_and_a_series_matrix(tmp_path):
    sheet = sheet_of(GROUPS)
    folder = write_study(tmp_path, sheet)
    sheet.set_index("sample_id").to_csv(folder / "r.csv", index_label="")
    assert init(folder, sheet="r.csv").exit_code == 0
    assert config_of(folder)["samples"] == {"path": "r.csv", "id": "sample_id"}
    assert "as R writes row names" in recurseq("check", folder).output
    fields = {"title": sheet["sample_id"], "geo_accession": [f"GSM{i}" for i in range(12)],
              "characteristics_ch1": "state: " + sheet["group"]}  # fmt: skip
    lines = [
        "\t".join([f"!Sample_{name}", *(f'"{v}"' for v in values)])
        for name, values in fields.items()
    ]
    (folder / "GSE1_series_matrix.txt").write_text("\n".join(['!Series_title\t"x"', *lines, ""]))
    ended = init(folder, "--force", sheet="GSE1_series_matrix.txt")
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["samples"]["id"] == "title"
    assert config_of(folder)["design"]["formula"] == "~ state"
    assert recurseq("check", folder).exit_code == 0


def test_folders_named_after_another_column_are_told_from_a_usual_title(tmp_path):
    sheet = pd.DataFrame({"run": [f"ERR{i}" for i in range(6)], "group": [*"aaabbb"],
                          "sample": [f"NA{i}.1" for i in range(6)]})  # fmt: skip
    sheet.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
    for run in sheet["run"]:
        (tmp_path / "salmon" / run).mkdir(parents=True)
        text = "Name\tLength\tEffectiveLength\tTPM\tNumReads\nT1\t900\t700.5\t1.5\t10\n"
        (tmp_path / "salmon" / run / "quant.sf").write_text(text)
    ended = init(tmp_path, counts="salmon")
    assert ended.exit_code == 1
    assert "counts.transcripts: missing" in ended.output
