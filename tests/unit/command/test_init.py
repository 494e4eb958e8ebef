"""`recurseq init` on files of many shapes: what it recognises, writes, asks and refuses."""

import os
import pty
import re
import subprocess
import sys

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recurseq.base.errors import InputError
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.command.columns import by_reference, describe_columns, factor_candidates
from recurseq.command.proposal import choose_contrasts, contrast_name
from recurseq.command.text_parts import items, scalar
from support.command_study import config_of, counts_for, init, recurseq, sheet_of, write_study
from support.paths import REPOSITORY

pytestmark = pytest.mark.slow

THREE = {"normal": 3, "no_recurrence": 3, "early_recurrence": 3}


def sides(config):
    return {
        name: (contrast["numerator"], contrast["denominator"])
        for name, contrast in config["contrasts"].items()
    }


def test_a_plain_study_is_recognised_and_its_configuration_passes_the_check(tmp_path):
    folder = write_study(tmp_path / "Meine Studie ä", sheet_of(THREE))
    ended = init(folder)
    assert ended.exit_code == 0, ended.output
    config = config_of(folder)
    assert config["counts"] == {"path": "counts.tsv", "format": "auto"}
    assert config["samples"] == {"path": "samples.tsv", "id": "sample_id"}
    assert config["study"]["title"] == "Meine Studie ä"
    assert config["design"] == {
        "formula": "~ group",
        "levels": {"group": ["normal", "no_recurrence", "early_recurrence"]},
    }
    assert sides(config) == {
        "no_recurrence_vs_normal": ("no_recurrence", "normal"),
        "early_recurrence_vs_normal": ("early_recurrence", "normal"),
        "early_recurrence_vs_no_recurrence": ("early_recurrence", "no_recurrence"),
    }
    assert config["omnibus"] == {"reduced": "auto"}
    assert config["genes"] == {"annotation": "none"} and "markers" not in config
    checked = recurseq("check", folder)
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize(
    "groups",
    [
        {"yes": 3, "no": 3},
        {"0": 3, "1": 3},
        {"wt": 2, "Trp53 -/-": 2, "c-Met: #2": 2},
        {"Kontrolle (unbehandelt)": 3, "µ-opioid, 5 'mM'": 3, 'a "b" \\c': 3},
        {"1e3": 3, "0x1F": 3, "null": 3},
        {"~": 2, "[x]": 2, "{y}": 2, "- z": 2, "*": 2},
    ],
)
def test_groups_named_oddly_come_through(tmp_path, groups):
    folder = write_study(tmp_path, sheet_of(groups))
    ended = init(folder)
    assert ended.exit_code == 0, ended.output
    assert set(config_of(folder)["design"]["levels"]["group"]) == set(groups)
    assert recurseq("check", folder).exit_code == 0


def test_numeric_codes_of_a_group_become_levels(tmp_path):
    folder = write_study(tmp_path, sheet_of({"2": 3, "1": 3, "10": 3}))
    assert init(folder).exit_code == 0
    config = config_of(folder)
    assert config["design"]["levels"]["group"] == ["1", "2", "10"]
    assert sides(config)["2_vs_1"] == ("2", "1")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_other_file_kinds_and_names_of_the_sample_column(tmp_path, ending):
    sheet = sheet_of({"control": 3, "treated": 3}).rename(
        columns={"sample_id": "Library name", "group": "dex"}
    )
    counts = counts_for(list(sheet["Library name"]))
    for frame, name, index in ((counts, "counts", True), (sheet, "samples", False)):
        path = tmp_path / f"{name}.{ending}"
        if ending == "csv":
            frame.to_csv(path, index=index, index_label="gene_id" if index else None)
        else:
            frame.to_excel(path, index=index, index_label="gene_id" if index else None)
    ended = init(tmp_path, counts=f"counts.{ending}", sheet=f"samples.{ending}")
    assert ended.exit_code == 0, ended.output
    config = config_of(tmp_path)
    assert config["samples"]["id"] == "Library name"
    assert config["design"]["formula"] == "~ dex"
    assert sides(config) == {"treated_vs_control": ("treated", "control")}
    assert "omnibus" not in config  # two groups: the contrast says it


def test_a_matrix_with_samples_in_rows_is_read_as_one(tmp_path):
    folder = write_study(tmp_path, sheet_of(THREE))
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    counts.T.to_csv(folder / "counts.tsv", sep="\t", index_label="sample")
    ended = init(folder)
    assert ended.exit_code == 0, ended.output
    assert "60 genes, 9 samples" in ended.output


def test_the_column_that_fits_the_counts_names_the_samples_not_the_usual_title(tmp_path):
    sheet = sheet_of(THREE).rename(columns={"sample_id": "library"})
    sheet.insert(0, "sample_id", [f"P{i}" for i in range(9)])
    folder = write_study(tmp_path, sheet, sample_id="library")
    assert init(folder).exit_code == 0
    assert config_of(folder)["samples"]["id"] == "library"


def test_pairs_batches_and_confounded_columns_are_named_in_comments(tmp_path):
    sheet = sheet_of(
        {"normal": 4, "tumour": 4},
        patient=["p1", "p2", "p3", "p4"] * 2,
        batch=["a", "b"] * 4,
        plate=["x"] * 4 + ["y"] * 4,
        age=[41.5, 50, 62, 71, 41.5, 50, 62, 71.25],
    )
    folder = write_study(tmp_path, sheet)
    assert init(folder).exit_code == 0
    text = (folder / "config.yaml").read_text()
    assert '#   formula: "~ patient + group" # a paired design: 4 of 4 values' in text
    assert '#   formula: "~ batch + group" # a 4, b 4' in text
    assert "# plate cannot be added: confounded with group" in text
    assert "~ age + group" in text
    assert yaml.safe_load(text)["design"]["formula"] == "~ group"
    # what a comment proposes can be used as it stands
    (folder / "config.yaml").write_text(text.replace('"~ group"', '"~ patient + group"'))
    assert recurseq("check", folder).exit_code == 0


def test_levels_left_out_are_kept_out_of_the_study(tmp_path):
    folder = write_study(tmp_path, sheet_of({**THREE, "other": 2}))
    assert init(folder, "--levels", "normal,early_recurrence").exit_code == 0
    config = config_of(folder)
    assert config["samples"]["keep"] == {"group": ["normal", "early_recurrence"]}
    assert config["design"]["levels"]["group"] == ["normal", "early_recurrence"]


def test_single_samples_and_missing_values_are_left_out(tmp_path):
    sheet = sheet_of({**THREE, "odd": 1})
    sheet.loc[0, "group"] = ""
    folder = write_study(tmp_path, sheet)
    ended = init(folder)
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["samples"]["keep"] == {
        "group": ["normal", "no_recurrence", "early_recurrence"]
    }


def test_the_user_decides_reference_factor_contrasts_title_and_annotation(tmp_path):
    sheet = sheet_of({"a": 3, "b": 3, "c": 3}, drug=["x", "y", "z"] * 3)
    folder = write_study(tmp_path / "study", sheet)
    (tmp_path / "genes.tsv").write_text(
        "gene_id\tgene_name\n" + "".join(f"GENE{i}\tN{i}\n" for i in range(60))
    )
    ended = init(
        folder, "--factor", "drug", "--reference", "z", "--title", "no: title",
        "--contrast", "x:z", "--contrast", "both=x,y:z", "--annotation", tmp_path / "genes.tsv",
    )  # fmt: skip
    assert ended.exit_code == 0, ended.output
    config = config_of(folder)
    assert config["study"]["title"] == "no: title"
    assert config["design"]["levels"] == {"drug": ["z", "x", "y"]}
    assert sides(config) == {"x_vs_z": ("x", "z"), "both": (["x", "y"], "z")}
    assert config["genes"]["annotation"] == "../genes.tsv"


def test_many_groups_are_compared_with_the_reference_only():
    levels = ["control", "a", "b", "c", "d"]
    assert set(choose_contrasts(levels, ())) == {f"{x}_vs_control" for x in "abcd"}
    assert len(choose_contrasts(levels[:4], ())) == 6


def test_contrasts_take_the_names_the_marker_panel_knows():
    expected = ["early_vs_none", "early_vs_normal", "none_vs_normal", "tumour_vs_normal"]
    levels = ["normal", "no_recurrence", "early_recurrence"]
    assert choose_contrasts(levels, (), expected) == {
        "none_vs_normal": (("no_recurrence",), ("normal",)),
        "early_vs_normal": (("early_recurrence",), ("normal",)),
        "early_vs_none": (("early_recurrence",), ("no_recurrence",)),
    }


def test_human_genes_get_symbols_panel_and_pathways(tmp_path, repository):
    known = pd.read_csv(
        repository / "scripts/recurseq/cohort/genes/human_genes.tsv.gz", sep="\t", dtype=str
    )
    sheet = sheet_of(THREE)
    for column, start in (("gene_id", 2000), ("gene_name", 5000)):
        names = list(known[column].dropna().drop_duplicates()[start : start + 4000])
        folder = tmp_path / column
        folder.mkdir()
        counts_for(list(sheet["sample_id"]), len(names), names).to_csv(
            folder / "counts.tsv", sep="\t", index_label="gene"
        )
        sheet.to_csv(folder / "samples.tsv", sep="\t", index=False)
        ended = init(folder)
        assert ended.exit_code == 0, ended.output
        config = config_of(folder)
        assert config["genes"] == {"annotation": "builtin"}
        assert config["markers"] == {"panel": "builtin"}
        assert config["enrichment"]["collections"] == {"liver_cancer": "builtin"}
        assert "early_vs_none" in config["contrasts"]


@pytest.mark.parametrize(
    ("title", "groups", "liver"),
    [
        ("Lung", ["control", "treated"], False),
        ("Drug delivery in HCC1954 cells", ["control", "treated"], False),
        ("Liver biopsies", ["control", "treated"], True),
        ("x", ["hepatocytes", "fibroblasts"], True),
        ("x", ["NASH", "control"], True),
    ],
)
def test_panel_and_sets_of_liver_are_proposed_where_a_study_speaks_of_liver(
    tmp_path, title, groups, liver
):
    sheet = sheet_of(dict.fromkeys(groups, 3))
    builtin = load_annotation("builtin")
    names = list(builtin["gene_name"][builtin["gene_type"] == "protein_coding"].unique()[:900])
    counts = counts_for(list(sheet["sample_id"]), len(names), names)
    folder = tmp_path / "study"
    folder.mkdir()
    counts.to_csv(folder / "counts.tsv", sep="\t", index_label="gene")
    sheet.to_csv(folder / "samples.tsv", sep="\t", index=False)
    ended = init(folder, "--title", title)
    assert "symbols: 900 of 900 genes named" in ended.output, ended.output
    assert ("nothing speaks of liver" in ended.output) != liver
    config = config_of(folder)
    assert config["genes"] == {"annotation": "builtin"}
    assert ("markers" in config, "enrichment" in config) == (liver, liver)


def test_mouse_genes_get_no_human_annotation(tmp_path):
    sheet = sheet_of(THREE)
    names = [f"ENSMUSG{i:011d}" for i in range(60)]
    counts_for(list(sheet["sample_id"]), 60, names).to_csv(tmp_path / "counts.tsv", sep="\t")
    sheet.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
    ended = init(tmp_path)
    assert ended.exit_code == 0, ended.output
    assert "60 mouse genes" in ended.output
    assert config_of(tmp_path)["genes"]["annotation"] == "none"
    assert "symbols: 0 of 60 genes named; recurseq has no names of mouse genes" in ended.output
    assert "BioMart" in ended.output


@pytest.mark.parametrize("title", ["HCC of mice", "A study"])
def test_mouse_genes_get_orthologues_where_the_tissue_is_said(tmp_path, title):
    sheet = sheet_of(THREE)
    names = [f"ENSMUSG{i:011d}" for i in range(60)]
    counts_for(list(sheet["sample_id"]), 60, names).to_csv(tmp_path / "counts.tsv", sep="\t")
    sheet.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
    ended = init(tmp_path, "--title", title)
    assert ended.exit_code == 0, ended.output
    config, liver = config_of(tmp_path), "HCC" in title
    assert ("markers" in config) == ("orthologues" in config["genes"]) == liver
    assert ("each by its one mouse orthologue" in ended.output) != liver
    text = next(tmp_path.glob("*.yaml")).read_text(encoding="utf-8")
    assert ("  # orthologues: mouse" in text) != liver


@pytest.mark.parametrize("name", ["counts.tsv", "salmon.merged.gene_counts.tsv"])
def test_estimated_counts_are_rounded_by_a_key_with_a_word_on_lengths(tmp_path, name):
    folder = write_study(tmp_path, sheet_of(THREE))
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0) * 5000 + 0.25
    counts.insert(0, "gene_name", [f"N{at}" for at in range(len(counts))])
    counts.to_csv(folder / name, sep="\t", index_label="gene_id")
    ended = init(folder, counts=name)
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["counts"]["round"] is True
    assert "no transcript lengths" in " ".join(ended.output.split())
    checked = recurseq("check", folder)
    assert checked.exit_code == 0, checked.output
    assert "were rounded to whole numbers" in " ".join(checked.output.split())


def test_columns_that_are_no_samples_are_named(tmp_path):
    folder = write_study(tmp_path, sheet_of(THREE))
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    counts.insert(0, "locus", "chr1")
    counts.insert(1, "Width", 7)
    counts.to_csv(folder / "counts.tsv", sep="\t")
    for ended in (init(folder), recurseq("check", folder)):
        assert "'locus'" in ended.output and "'Width'" in ended.output
        assert " 9 samples" in ended.output


def test_a_folder_of_star_files(tmp_path):
    sheet = sheet_of({"control": 3, "treated": 3})
    folder = tmp_path / "star files"
    folder.mkdir()
    counts = counts_for(list(sheet["sample_id"]))
    for sample in counts:
        lines = [f"{name}\t5\t5\t5" for name in ("N_unmapped", "N_multimapping", "N_noFeature")]
        lines += ["N_ambiguous\t1\t1\t1"]
        lines += [f"{gene}\t{n}\t0\t{n}" for gene, n in counts[sample].items()]
        (folder / f"{sample}_ReadsPerGene.out.tab").write_text("\n".join(lines) + "\n")
    sheet.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
    ended = init(tmp_path, counts="star files")
    assert ended.exit_code == 0, ended.output
    assert config_of(tmp_path)["counts"] == {
        "directory": "star files", "format": "auto", "strand": "auto",
    }  # fmt: skip
    assert "strand reverse was recognised" in ended.output


def test_a_folder_of_salmon_files_with_the_genes_of_the_transcripts(tmp_path):
    sheet = sheet_of({"control": 3, "treated": 3})
    counts = counts_for(list(sheet["sample_id"]))
    for sample in counts:
        (tmp_path / "salmon" / sample).mkdir(parents=True)
        rows = [f"T{gene}\t1000\t800.5\t1.5\t{n}.25" for gene, n in counts[sample].items()]
        text = "\n".join(["Name\tLength\tEffectiveLength\tTPM\tNumReads", *rows, ""])
        (tmp_path / "salmon" / sample / "quant.sf").write_text(text)
    pairs = [f"T{gene}\t{gene}\n" for gene in counts.index]
    (tmp_path / "tx2gene.tsv").write_text("transcript\tgene\n" + "".join(pairs))
    sheet.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
    without = init(tmp_path, counts="salmon")
    assert without.exit_code == 1 and "transcripts" in without.output
    ended = init(tmp_path, "--transcripts", tmp_path / "tx2gene.tsv", counts="salmon")
    assert ended.exit_code == 0, ended.output
    assert config_of(tmp_path)["counts"] == {
        "directory": "salmon", "format": "auto", "transcripts": "tx2gene.tsv", "lengths": "offset",
    }  # fmt: skip
    assert recurseq("check", tmp_path).exit_code == 0


def test_paths_are_relative_within_and_beside_the_study_and_else_absolute(tmp_path):
    files = write_study(tmp_path / "data", sheet_of(THREE))
    here = ("--counts", files / "counts.tsv", "--samples", files / "samples.tsv")
    assert recurseq("init", tmp_path / "study", *here).exit_code == 0
    assert config_of(tmp_path / "study")["counts"]["path"] == "../data/counts.tsv"
    assert recurseq("init", tmp_path / "far/away/study", *here).exit_code == 0
    assert config_of(tmp_path / "far/away/study")["counts"]["path"] == str(files / "counts.tsv")


def test_an_existing_configuration_is_not_overwritten(tmp_path):
    folder = write_study(tmp_path, sheet_of(THREE))
    (folder / "config.yaml").write_text("mine")
    ended = init(folder)
    assert ended.exit_code == 1 and "there is a configuration already" in ended.output
    assert (folder / "config.yaml").read_text() == "mine"
    assert init(folder, "--force").exit_code == 0
    assert "Written by" in (folder / "config.yaml").read_text()


def test_wrong_sample_names_are_named_and_the_configuration_says_what_is_left(tmp_path):
    folder = write_study(tmp_path, sheet_of(THREE))
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    counts.rename(columns={"S1": "S1x"}).to_csv(folder / "counts.tsv", sep="\t")
    ended = init(folder)
    assert ended.exit_code == 1
    assert "8 of the 9 names" in ended.output
    assert "sample 'S1': in the sample sheet, not in the counts" in ended.output
    assert "did you mean 'S1x'?" in ended.output
    assert config_of(folder)["samples"]["id"] == "sample_id"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--factor", "gruop"], ["'gruop' is no column", "did you mean 'group'?"]),
        (["--factor", "age"], ["'age' holds measurements"]),
        (["--levels", "normal,erly_recurrence"], ["'erly_recurrence'", "'early_recurrence'?"]),
        (["--levels", "normal"], ["only normal to compare"]),
        (["--reference", "nromal"], ["'nromal'", "did you mean 'normal'?"]),
        (["--contrast", "normal"], ["does not name two sides"]),
        (["--contrast", "normal:nothing"], ["'nothing'"]),
        (["--id", "sampel_id"], ["did you mean 'sample_id'?"]),
    ],
)
def test_wrong_wishes_are_answered_and_nothing_is_written(tmp_path, arguments, words):
    folder = write_study(tmp_path, sheet_of(THREE, age=[40.5 + i for i in range(9)]))
    ended = init(folder, *arguments)
    assert ended.exit_code == 1
    for word in words:
        assert word in ended.output
    assert not (folder / "config.yaml").exists()


def test_files_that_cannot_be_read(tmp_path):
    folder = write_study(tmp_path, sheet_of(THREE))
    for counts, sheet in (("no.tsv", "samples.tsv"), ("counts.tsv", "no.tsv")):
        ended = init(folder, counts=counts, sheet=sheet)
        assert ended.exit_code == 1 and "no.tsv: the file does not exist" in ended.output
    (tmp_path / "empty").mkdir()
    ended = recurseq("init", tmp_path / "empty")
    assert ended.exit_code == 1 and "neither counts nor a clinical table" in ended.output


def test_without_a_clear_column_somebody_has_to_name_it(tmp_path):
    sheet = sheet_of({"a": 3, "b": 3}, colour=["red", "blue"] * 3)
    folder = write_study(tmp_path, sheet.rename(columns={"group": "shape"}))
    ended = init(folder)
    assert ended.exit_code == 1
    assert "which column to compare? shape, colour" in ended.output and "--factor" in ended.output
    assert init(folder, "--factor", "shape").exit_code == 0


def test_questions_on_a_terminal_are_asked_again_until_understood(tmp_path):
    sex, batch = ["male"] * 8 + ["female"], ["1", "2", "1", "2", "1", "2", "1", "2", "1"]
    folder = write_study(tmp_path, sheet_of(THREE, sex=sex, batch=batch))
    answers = [
        "sex=mal", "sex=male", "grup", "group", "normal,erly", "normal,early_recurrence",
        "~ batsch + group", "~ batch + group", "My title", "y",
    ]  # fmt: skip
    text, code = on_a_terminal(
        answers, "init", folder, "--counts", folder / "counts.tsv",
        "--samples", folder / "samples.tsv",
    )  # fmt: skip
    assert code == 0, text
    assert "did you mean 'group'?" in text and "'erly'" in text
    assert "did you mean 'male'?" in text and "did you mean 'batch'?" in text
    config = config_of(folder)
    assert config["study"]["title"] == "My title"
    kept = {"sex": ["male"], "group": ["normal", "early_recurrence"]}
    assert config["samples"]["keep"] == kept
    assert config["design"]["formula"] == "~ batch + group"
    assert config["design"]["levels"]["batch"] == ["1", "2"]


def on_a_terminal(answers, *arguments):
    """Run the command on a pseudo-terminal and type the answers."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    command = [sys.executable, "-m", "recurseq", *map(str, arguments)]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
        cwd=REPOSITORY / "scripts",
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(ours)
    return text.decode(), process.wait(timeout=60)


def test_real_sheets_show_the_right_column(shared_data):
    expected = {"tcga_lihc": "group", "airway": "dex", "pasilla": "condition", "mouse_hcc": "group"}
    for study, factor in expected.items():
        path = shared_data / "data" / study / "samples.tsv"
        sheet = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        assert factor_candidates(describe_columns(sheet), "sample_id")[0].name == factor


def test_the_reference_is_found_by_its_name():
    for levels, first in (
        (["tumor", "Normal"], "Normal"),
        (["Non-responder", "Responder"], "Non-responder"),
        (["dexamethasone", "untrt"], "untrt"),
        (["KO", "WT"], "WT"),
        (["abnormal", "a"], "a"),
        (["recurrence", "no_recurrence", "healthy liver"], "healthy liver"),
    ):
        assert by_reference(levels)[0] == first


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_written_so_that_yaml_reads_it_back(text):
    assert yaml.safe_load(f"key: {scalar(text)} # comment\n") == {"key": text}
    assert yaml.safe_load(f"{scalar(text)}: {items([text, text])}\n") == {text: [text, text]}


@given(st.text(), st.text())
def test_every_contrast_name_can_be_a_folder(numerator, denominator):
    name = contrast_name([numerator], [denominator])
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name)


def test_levels_with_signs_can_be_named_in_contrasts():
    levels = ["a:b", "c,d", "x=y"]
    assert choose_contrasts(levels, ["a:b:c,d"]) == {"a_b_vs_c_d": (("a:b",), ("c,d",))}
    assert choose_contrasts(levels, ["x=y:a:b"]) == {"x_y_vs_a_b": (("x=y",), ("a:b",))}
    with pytest.raises(InputError):
        choose_contrasts(levels, ["a:b:e"])
