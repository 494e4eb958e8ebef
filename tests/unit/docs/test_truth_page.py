"""The page of the calls against known truth says what was measured, and from which commit."""

import demo_truth
import pandas as pd
import truth

from recurseq.base.tables import describe
from recurseq.demo.found import PLANTED
from recurseq.patterns.codes import CODES


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


def run_of(called: int, verdict: str) -> demo_truth.DemoRun:
    names = describe("demo_check").names
    check = pd.DataFrame(
        [
            {"contrast": "early_vs_none", "truly_changed": 9, "called": 10},
            {"contrast": "random_halves", "truly_changed": 0, "called": called},
        ],
        columns=names,
    ).assign(confirmed=0, verdict=["above_chance", verdict])
    patterns = pd.DataFrame(0, range(len(PLANTED)), ["planted", *CODES]).assign(planted=PLANTED)
    patterns = patterns.set_index("planted")
    patterns.loc["discordant", ["discordant", "no_evidence"]] = [3, 1]
    patterns.loc["unchanged", "discordant"] = 1
    patterns.loc["small_step", "discordant"] = 2
    return demo_truth.DemoRun(check, pd.DataFrame(), patterns.reset_index())


def test_patterns_and_halves_of_the_demo_are_added_up_over_the_runs():
    runs = [run_of(4, "like_chance"), run_of(10, "above_chance")]
    rows = {row[0]: row[1:] for row in demo_truth.pattern_rows(runs)}
    assert rows["Discordant"] == ("12", "6", "4", "2", "75 %")
    assert rows["Monotone up"] == ("0", "0", "0", "0", "-")
    said = demo_truth.verdict_sentences(runs)
    assert "above chance in 2 of 2 runs. Two halves" in said and "7 calls in the median" in said
    assert "at most 10" in said and "above chance in 1 of 2 runs" in said
