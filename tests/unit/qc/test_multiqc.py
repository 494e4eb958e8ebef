"""What MultiQC reads holds the numbers of the quality tables, and settings in YAML before them."""

import pandas as pd
import pytest
import yaml

from recurseq.base.tables import read_table, write_table
from recurseq.qc.multiqc import multiqc_sections

SAMPLES = ["S1", "<b>S2</b>", "#3", ' "4"', "5"]


def tables():
    sizes = {"library_size": range(10, 60, 10), "detected_genes": [5, 6, 7, 8, 9]}
    flags = [
        ("5", "sex", "the sheet says male"),
        ("5", "library_size", "few reads"),
        ("#3", "x", "y"),
    ]
    scores = {"PC1": [1.5, 2, 3, 4, 5], "PC2": [-1.0, -2, -3, -4, -5], "PC3": 0.0}
    return {
        "library_sizes": pd.DataFrame({"sample_id": SAMPLES, **sizes}),
        "size_factors": pd.DataFrame({"sample_id": SAMPLES, "size_factor": [0.5, 1, 1.5, 2, 2.5]}),
        "pca": pd.DataFrame({"sample_id": SAMPLES, **scores}),
        "pca_variance": pd.DataFrame(
            {"component": ["PC1", "PC2"], "variance_explained": [0.1234, 0.05]}
        ),
        "flags": pd.DataFrame(flags, columns=["sample_id", "flag", "reason"]),
        "sex_check": pd.DataFrame(
            {
                "sample_id": SAMPLES,
                "xist": [10.0, None, 1, 1, 1],
                "y_genes": [1.0, None, 9, 9, 9],
                "inferred": ["female", "unclear", "male", "male", "male"],
                "sheet": ["female", None, "female", "male", "male"],
                "agrees": pd.array([True, None, False, True, True], dtype="boolean"),
            }
        ),
    }


@pytest.fixture
def written(tmp_path):
    """Settings and rows of each file."""
    found = {}
    for name, section in multiqc_sections(tables(), simulated=True).items():
        path = tmp_path / f"{name}_mqc.tsv"
        write_table(section.frame, path, name, section.header)
        lines = path.read_text(encoding="utf-8").splitlines()
        comments = [line[1:] for line in lines if line.startswith("#")]
        rows = [line.split("\t") for line in lines[len(comments) :]]
        found[name] = yaml.safe_load("\n".join(comments)), rows
        assert list(read_table(path, name)) == rows[0]
    return found


def test_names_that_multiqc_would_change_are_written_so_that_it_does_not(written):
    _, rows = written["multiqc_general"]
    names = ["S1", "&lt;b&gt;S2&lt;/b&gt;", '"#3"', '" "4""', "5"]
    assert [row[0] for row in rows[1:]] == names
    assert not any(row[0].startswith("#") for _, rows in written.values() for row in rows)


def test_general_statistics(written):
    settings, rows = written["multiqc_general"]
    assert settings["plot_type"] == "generalstats"
    assert [next(iter(one)) for one in settings["headers"]] == rows[0][1:]
    assert rows[5] == ["5", "50", "9", "2.5", "2"]
    assert [row[-1] for row in rows[1:]] == ["0", "0", "1", "0", "2"]


def test_components_are_a_scatter_plot_with_their_share(written):
    settings, rows = written["multiqc_pca"]
    assert settings["plot_type"] == "scatter" and rows[1] == ["S1", "1.5", "-1"]
    assert settings["pconfig"]["xlab"] == "PC1 (12.3 percent of the variance)"
    assert "%" not in settings["pconfig"]["ylab"]


def test_flags_have_a_row_for_each_sample_flagged_ones_first(written):
    settings, rows = written["multiqc_flags"]
    assert rows[1] == ['"#3"', "x", "y"]
    assert rows[2] == ["5", "sex; library_size", "the sheet says male; few reads"]
    assert [row[1] for row in rows[3:]] == ["none"] * 3
    assert settings["pconfig"]["sort_rows"] is False


def test_the_sex_check_in_words(written):
    _, rows = written["multiqc_sex"]
    assert [row[-1] for row in rows[1:]] == ["yes", "", "no", "yes", "yes"]
    assert rows[2][1:5] == ["NA", "NA", "unclear", ""]


def test_every_section_stands_under_one_heading_and_says_what_is_simulated(written):
    sections = [settings for settings, _ in written.values() if "section_name" in settings]
    assert {one["parent_id"] for one in sections} == {"recurseq"} and len(sections) == 3
    assert all(one["description"].startswith("Simulated data.") for one in sections)
    real = multiqc_sections(tables(), simulated=False).values()
    assert not any("imulated" in section.header for section in real)
    assert len({settings["id"] for settings, _ in written.values()}) == 4


def test_one_component_and_no_flag(tmp_path):
    few = tables()
    few["pca"] = few["pca"].drop(columns=["PC2", "PC3"])
    few["flags"] = few["flags"].iloc[:0]
    sections = multiqc_sections(few, simulated=False)
    assert sections["multiqc_pca"].frame["PC2"].isna().all()
    assert set(sections["multiqc_flags"].frame["flags"]) == {"none"}
    assert (sections["multiqc_general"].frame["flags"] == 0).all()
