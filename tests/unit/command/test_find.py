"""`recurseq init STUDY` alone: it finds the files of a folder, says so, and asks where it must."""

import os
import re

import pandas as pd
import pytest

from recurseq.command.wishes import Wishes, choose_file
from support.command_study import config_of, counts_for, recurseq, sheet_of, write_study

THREE = {"normal": 3, "no_recurrence": 3, "early_recurrence": 3}
TWO = {"treated": 3, "control": 3}


def said(ended, name):
    """The line about a file."""
    return next(line for line in ended.output.splitlines() if line.startswith(f"{name} "))


def gene_sets(path, genes=40):
    path.write_text("A\tabout\t" + "\t".join(f"GENE{i}" for i in range(genes)) + "\n")


def test_all_files_of_a_folder_are_found_and_named(tmp_path):
    folder = write_study(tmp_path, sheet_of(THREE))
    gene_sets(folder / "h.all v7 (human).gmt")
    lines = [
        f'1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "GENE{i}"; gene_name "N{i}";\n' for i in range(60)
    ]
    (folder / "genes.gtf").write_text("".join(lines))
    (folder / "notes.docx").write_bytes(b"PK")
    (folder / "results.tsv").write_text("gene\tbaseMean\tlog2FoldChange\tpadj\nG\t1\t1\t1\n")
    ended = recurseq("init", folder)
    assert ended.exit_code == 0, ended.output
    config = config_of(folder)
    assert config["counts"]["path"] == "counts.tsv"
    assert config["samples"] == {"path": "samples.tsv", "id": "sample_id"}
    assert config["genes"]["annotation"] == "genes.gtf"
    assert config["enrichment"]["collections"] == {"h_all_v7_human": "h.all v7 (human).gmt"}
    assert "counts  " in said(ended, "counts.tsv")
    assert "9 of the 9 rows" in said(ended, "samples.tsv")
    assert "not used" in said(ended, "notes.docx")
    assert "results of a differential expression" in said(ended, "results.tsv")
    assert recurseq("check", folder).exit_code == 0


def test_files_lie_in_folders_too_and_results_of_a_run_are_passed_over(tmp_path):
    write_study(tmp_path / "data", sheet_of(TWO))
    write_study(tmp_path / "results", sheet_of(THREE))
    write_study(tmp_path / ".hidden", sheet_of(THREE))
    ended = recurseq("init", tmp_path)
    assert ended.exit_code == 0, ended.output
    config = config_of(tmp_path)
    assert (config["counts"]["path"], config["samples"]["path"]) == (
        "data/counts.tsv", "data/samples.tsv",
    )  # fmt: skip


@pytest.mark.parametrize("places", ["{}.counts.txt", "{}/quant.genes.txt"])
def test_a_folder_with_a_file_for_each_sample(tmp_path, places):
    sheet = sheet_of(TWO)
    counts = counts_for(list(sheet["sample_id"]))
    for sample in counts:
        path = tmp_path / "htseq" / places.format(sample)
        path.parent.mkdir(parents=True, exist_ok=True)
        counts[sample].to_csv(path, sep="\t", header=False)
    sheet.to_csv(tmp_path / "samples.csv", index=False)
    ended = recurseq("init", tmp_path)
    assert ended.exit_code == 0, ended.output
    assert config_of(tmp_path)["counts"]["directory"] == "htseq"
    assert "6 of the 6 rows" in said(ended, "samples.csv")


def test_salmon_finds_its_table_of_transcripts(tmp_path):
    sheet = sheet_of(TWO)
    counts = counts_for(list(sheet["sample_id"]))
    for sample in counts:
        (tmp_path / "quants" / sample).mkdir(parents=True)
        rows = [f"T{gene}\t1000\t800.5\t1.5\t{n}.25" for gene, n in counts[sample].items()]
        text = "\n".join(["Name\tLength\tEffectiveLength\tTPM\tNumReads", *rows, ""])
        (tmp_path / "quants" / sample / "quant.sf").write_text(text)
    pairs = "".join(f"T{gene}\t{gene}\n" for gene in counts.index)
    (tmp_path / "tx2gene.tsv").write_text("TXNAME\tGENEID\n" + pairs)
    sheet.to_csv(tmp_path / "samples.csv", index=False)
    ended = recurseq("init", tmp_path)
    assert ended.exit_code == 0, ended.output
    assert config_of(tmp_path)["counts"]["transcripts"] == "tx2gene.tsv"
    assert config_of(tmp_path)["genes"]["annotation"] == "none"


def test_counts_are_told_from_values_of_the_same_samples(tmp_path):
    folder = write_study(tmp_path, sheet_of(TWO))
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    (counts / counts.sum() * 1e6).to_csv(folder / "a_matrix.tsv", sep="\t")
    (counts / 3).round().astype(int).to_csv(folder / "norm_counts.tsv", sep="\t")
    ended = recurseq("init", folder)
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["counts"]["path"] == "counts.tsv"
    for name in ("a_matrix.tsv", "norm_counts.tsv"):
        assert "looks like normalised values; counts.tsv" in said(ended, name)


def test_what_could_be_two_files_is_refused_with_their_names_and_the_flag(tmp_path):
    folder = write_study(tmp_path, sheet_of(TWO))
    for old, new, what, flag in (
        ("counts.tsv", "more.tsv", "the counts", "--counts"),
        ("samples.tsv", "sheet.tsv", "the sample sheet", "--samples"),
    ):
        (folder / new).write_bytes((folder / old).read_bytes())
        ended = recurseq("init", folder)
        assert ended.exit_code == 1 and f"which is {what}?" in ended.output
        assert old in ended.output and new in ended.output and flag in ended.output
        assert not (folder / "config.yaml").exists()
        named = recurseq("init", folder, "--force", flag, folder / new)
        assert named.exit_code == 0, named.output
        (folder / new).unlink()
        (folder / "config.yaml").unlink()


def test_on_a_terminal_one_of_several_files_is_asked_for(tmp_path, monkeypatch, capsys):
    answers = iter(["c.tsv", "b.tsv"])
    monkeypatch.setattr("typer.prompt", lambda question, default: next(answers))
    paths = [tmp_path / name for name in ("a.tsv", "b.tsv")]
    assert choose_file(Wishes(asking=True), "the counts", paths, "--counts") == paths[1]
    assert "did you mean" in capsys.readouterr().err


def test_the_sheet_is_the_one_whose_samples_were_counted(tmp_path):
    folder = write_study(tmp_path, sheet_of(TWO))
    others = sheet_of({"red": 4, "blue": 4})
    others["sample_id"] = [f"X{i}" for i in range(8)]
    others.to_csv(folder / "a_sheet.tsv", sep="\t", index=False)
    ended = recurseq("init", folder)
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["samples"]["path"] == "samples.tsv"
    assert "neither more samples of the counts" in said(ended, "a_sheet.tsv")


def test_a_sheet_full_of_numbers_is_no_matrix_of_counts(tmp_path):
    numbers = {name: [n * 7 + i for i in range(6)] for n, name in enumerate("abcdefgh")}
    folder = write_study(tmp_path, sheet_of(TWO, **numbers))
    assert recurseq("init", folder).exit_code == 0
    assert config_of(folder)["samples"]["path"] == "samples.tsv"
    counts = pd.read_csv(folder / "counts.tsv", sep="\t", index_col=0)
    counts.T.to_csv(folder / "counts.tsv", sep="\t", index_label="sample")  # samples in rows
    ended = recurseq("init", folder, "--force")
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["counts"]["path"] == "counts.tsv"


def test_files_of_any_ending_and_tables_of_genes_are_known_by_content(tmp_path):
    folder = write_study(tmp_path, sheet_of(TWO).rename(columns={"sample_id": "who"}),
                         sample_id="who")  # fmt: skip
    (folder / "counts.tsv").rename(folder / "merged_final")
    (folder / "counts.tsv.log").write_text("a log of 3 lines\n")
    (folder / "notes.txt").write_text("to-do\nask-Anna\n")
    names = "".join(f"GENE{i}\tN{i}\n" for i in range(60))
    (folder / "biomart.txt").write_text("gene_id\tgene_name\n" + names)
    ended = recurseq("init", folder)
    assert ended.exit_code == 0, ended.output
    config = config_of(folder)
    assert config["counts"]["path"] == "merged_final"
    assert config["genes"]["annotation"] == "biomart.txt"
    assert "no kind of file" in said(ended, "counts.tsv.log")
    assert "neither columns of counts" in said(ended, "notes.txt")


def test_a_file_called_counts_is_read_for_its_message(tmp_path):
    folder = write_study(tmp_path, sheet_of(TWO))
    (folder / "counts.tsv").write_text("gene\tS1\nA\tmany\nB\tfew\n")
    ended = recurseq("init", folder)
    assert "which is" not in ended.output and "no counts" not in ended.output
    assert ended.exit_code == 1 and "counts.tsv" in ended.output


def clinical_table(patients):
    return pd.DataFrame(
        {
            "patient_id": patients,
            "os_months": [3.5 + 5 * i for i in range(len(patients))],
            "os_event": [str(i % 2) for i in range(len(patients))],
        }
    )


def test_the_clinical_table_is_found_alone_and_beside_counts(tmp_path):
    patients = [f"P{number}" for number in range(9)]
    alone = tmp_path / "alone"
    alone.mkdir()
    clinical_table(patients).to_csv(alone / "people.tsv", sep="\t", index=False)
    ended = recurseq("init", alone)
    assert ended.exit_code == 0, ended.output
    assert config_of(alone)["clinical"]["path"] == "people.tsv"
    both = write_study(tmp_path / "both", sheet_of(THREE, patient_id=patients))
    clinical_table(patients).to_csv(both / "people.tsv", sep="\t", index=False)
    clinical_table([f"Q{n}" for n in range(9)]).to_csv(both / "strangers.tsv", sep="\t")
    ended = recurseq("init", both)
    assert ended.exit_code == 0, ended.output
    assert config_of(both)["clinical"]["path"] == "people.tsv"
    assert config_of(both)["clinical"]["links"] == {"patient": "patient_id"}


def test_what_is_missing_is_said_with_what_was_seen(tmp_path):
    folder = write_study(tmp_path, sheet_of(TWO))
    (folder / "samples.tsv").rename(tmp_path / "samples.doc")
    ended = recurseq("init", folder)
    assert ended.exit_code == 1
    assert "counts.tsv" in ended.output and "no sample sheet" in ended.output
    assert "--samples" in ended.output
    (tmp_path / "samples.doc").rename(folder / "samples.tsv")
    (folder / "counts.tsv").unlink()
    ended = recurseq("init", folder)
    assert ended.exit_code == 1 and "no counts" in ended.output and "--counts" in ended.output
    away = recurseq("init", tmp_path / "new", "--samples", folder / "samples.tsv")
    assert away.exit_code == 1 and "--counts" in away.output
    for place in (tmp_path / "nowhere", folder / "samples.tsv"):
        ended = recurseq("init", place)
        assert ended.exit_code == 1 and "Traceback" not in ended.output


def test_names_and_kinds_of_files_are_data(tmp_path):
    folder = write_study(tmp_path, sheet_of(TWO))
    os.mkfifo(folder / "pipe.tsv")  # would be waited for
    (folder / "loop").symlink_to(folder)
    (folder / "a{b}.tsv").write_text("x\ty\n")
    (folder / "line\nending.gmt").write_text("A\t\tGENE1\n")
    (folder / "broken.tsv.gz").write_bytes(b"\x1f\x8b not gzip")
    (folder / "empty.csv").write_text("")
    (folder / "gone.tsv").symlink_to(folder / "nowhere")
    gene_sets(folder / "con.gmt")
    gene_sets(folder / "-gmt..gmt")
    gene_sets(folder / "CON.GMT")
    ended = recurseq("init", folder)
    assert ended.exit_code == 0, ended.output
    assert "cannot be read" in said(ended, "broken.tsv.gz")
    names = list(config_of(folder)["enrichment"]["collections"])
    assert len({name.casefold() for name in names}) == 3 and "con" not in names
    assert all(re.fullmatch("[A-Za-z0-9_-]+", name) for name in names)
