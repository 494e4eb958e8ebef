"""The page of the calls against known truth says what was measured, and from which commit."""

import pandas as pd
import truth


def test_rates_come_with_their_error_and_range():
    mean, spread = truth.spread(pd.Series([0.04, 0.05, 0.06]))
    assert mean == "5.00 % ± 0.58"  # 1 / sqrt(3)
    assert spread == "4.0 to 6.0 %"


def test_without_real_cohorts_the_page_says_so_and_holds_r_against_the_rest(monkeypatch):
    calls = pd.DataFrame({"called": [2, 1], "below_0.05": 0.05, "below_0.001": 0.001})
    monkeypatch.setattr(truth, "facts", lambda kind, *_: calls)
    permuted, simulated = truth.null_rows(fitted=None, pool=None)
    assert permuted[1] == "not run: no data"
    # R calls two genes and none in the first two of its 20 runs, and something in 8 of them.
    assert simulated[1:4] == ("2", "0 %", "1.5, at most 2")
    assert simulated[-2:] == ("60 % (20)", "1 of 20")
    header = [f"column {n}" for n in range(len(permuted))]
    text = truth.page({"Nothing differs": (header, [permuted, simulated])}, "0123abc")
    assert "commit 0123abc" in text and "not run: no data" in text
