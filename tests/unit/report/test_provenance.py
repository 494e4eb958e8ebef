"""Provenance: enough to repeat a run, nothing of the machine."""

import hashlib
import json
from importlib import metadata

from recurseq.report.provenance import portable, provenance, write_provenance


def test_checksums_versions_and_config(tmp_path):
    counts = tmp_path / "counts.tsv"
    counts.write_bytes(b"gene\tS1\n")
    record = provenance({"seed": 1}, {"counts": counts, "panel": []}, [counts], tmp_path)
    digest = hashlib.sha256(b"gene\tS1\n").hexdigest()
    assert record["inputs"] == [{"role": "counts", "file": "counts.tsv", "sha256": digest}]
    assert record["tables"] == [{"file": "counts.tsv", "sha256": digest}]
    assert record["config"] == {"seed": 1}
    assert record["versions"]["pydeseq2"] == metadata.version("pydeseq2")


def test_no_absolute_path_is_written(tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    inside, outside = study / "a.gmt", tmp_path / "b.gmt"
    inside.write_text("x")
    outside.write_text("y")
    settings = {"collections": {"a": str(inside), "b": [str(outside), "gmt/c.gmt", "../d.gmt"]}}
    record = provenance(settings, {"gmt": [inside, outside]}, [], study)
    write_provenance(record, study / "provenance.json")
    text = (study / "provenance.json").read_text()
    assert str(tmp_path) not in text
    files = ["a.gmt", "(outside the study) b.gmt"]
    assert [entry["file"] for entry in record["inputs"]] == files
    shown = {"a": files[0], "b": [files[1], "gmt/c.gmt", "../d.gmt"]}
    assert json.loads(text)["config"]["collections"] == shown


def test_portable_leaves_other_values_alone():
    values = {"formula": "~ a / b", "n": 1, "x": 0.5, "none": None, "on": True, "slash": "/"}
    assert portable(values, "/study") == values
    assert portable("C:\\data\\x.tsv", "/study") == "(outside the study) x.tsv"


def test_same_run_same_bytes(tmp_path):
    for name in ("one.json", "two.json"):
        write_provenance(provenance({"a": 1}, {}, [], tmp_path), tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
