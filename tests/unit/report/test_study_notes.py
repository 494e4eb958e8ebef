"""What the study section says of slopes over names and of subjects that repeat."""

import re
from html import unescape

import anndata

from recurseq.report.page import build_page
from support.report_study import GROUPS, config, write_study


def test_a_slope_over_patients_and_repeated_donors_stand_in_the_report(tmp_path):
    results = tmp_path / "results"
    write_study(results)
    model = anndata.read_h5ad(results / "model.h5ad")
    model.obs["patient"] = [float(i % 6 + 1) for i in range(model.n_obs)]
    model.obs["<donor>"] = [f"D{max(i, 1)}" for i in range(model.n_obs)]
    model.write_h5ad(results / "model.h5ad")
    levels = {"group": list(GROUPS)}
    slope = config(design={"formula": "~ patient + group", "levels": levels})
    page = build_page(results, slope)
    assert "<donor>" not in page
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert "the 6 different whole numbers of 'patient' ('1', '2', '3' and 3 more)" in text
    assert "5 degrees of freedom instead of 1" in text
    assert "some values of '<donor>' have several samples in one group: 1 in normal ('D1')" in text
    plain = build_page(results, config(design={"formula": "~ group", "levels": levels}))
    assert "whole numbers of" not in plain
