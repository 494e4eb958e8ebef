"""MultiQC itself reads what is written for it, whatever the samples are called."""

import json

import pandas as pd
import pytest

from recurseq.base.tables import read_table, write_table
from recurseq.qc.multiqc import multiqc_sections

pytestmark = pytest.mark.workflow

QUALITY = ("library_sizes", "size_factors", "pca", "pca_variance", "flags", "sex_check")
NAMES = ["<script>alert(1)</script>", "#x", '"q"', " lead", "101", "a: b", "=1+1", "it's", "nan"]
SECTIONS = ("recurseq_pca", "recurseq_flags", "recurseq_sex")


def report(viewers, folder):
    """What MultiQC kept of the files of a folder, and its page."""
    told = viewers("multiqc", "--strict", "--no-version-check", "multiqc", folder=folder)
    assert "WARN" not in told and "rror" not in told, told
    data = folder / "multiqc_data"
    general = pd.read_csv(
        data / "multiqc_general_stats.txt", sep="\t", dtype=str, index_col=0, quoting=3
    )
    kept = json.loads((data / "multiqc_data.json").read_text())
    return general, kept, (folder / "multiqc_report.html").read_text(encoding="utf-8")


def test_the_demo(viewers, finished_demo, tmp_path):
    results = finished_demo.path / "results"
    (tmp_path / "multiqc").symlink_to(results / "multiqc")
    general, kept, page = report(viewers, tmp_path)
    sizes = read_table(results / "qc/library_sizes.tsv", "qc_library_sizes").set_index("sample_id")
    (column,) = [name for name in general if name.endswith("library_size")]
    assert general[column].astype(float).to_dict() == sizes["library_size"].to_dict()
    assert all(f'id="{section}' in page for section in SECTIONS)
    assert "Simulated data" in page
    points = kept["report_plot_data"]["recurseq_pca_plot"]["datasets"][0]["points"]
    assert len(points) == len(sizes)


def test_hostile_names_stay_names(viewers, finished_demo, tmp_path):
    quality = finished_demo.path / "results/qc"
    tables = {name: read_table(quality / f"{name}.tsv", f"qc_{name}") for name in QUALITY}
    own = tables["library_sizes"]["sample_id"][: len(NAMES)]
    renamed = dict(zip(own, NAMES, strict=True))
    for table in tables.values():
        if "sample_id" in table:
            table["sample_id"] = table["sample_id"].replace(renamed)
    for name, section in multiqc_sections(tables, simulated=True).items():
        file = tmp_path / "multiqc" / f"{name}_mqc.tsv"
        write_table(section.frame, file, name, section.header)
    general, _, page = report(viewers, tmp_path)
    shown = [name.replace("<", "&lt;").replace(">", "&gt;") for name in NAMES]
    assert len(general) == len(tables["library_sizes"])
    assert set(shown) - {"nan"} <= set(general.index.astype(str))
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
