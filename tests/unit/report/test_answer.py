"""The answer: its numbers are those of the tables, its warnings those of their codes."""

import re
from html import unescape
from types import SimpleNamespace

import pytest

from recurseq.base.places import read_shipped
from recurseq.base.tables import read_table, write_table
from recurseq.report import answer_patients
from recurseq.report.page import build_page
from recurseq.report.sections.models import ModelFacts
from support.paths import REPOSITORY
from support.report_study import EVIL, config, frame, permutations_table, write_study

pytestmark = pytest.mark.slow

LIBRARY = REPOSITORY / "scripts/recurseq"


@pytest.fixture
def folder(tmp_path):
    write_study(tmp_path)
    return tmp_path


def answers(folder, **changes):
    """Text of each answer by its anchor, and of the three parts of it."""
    page = build_page(folder, config(**changes))
    section = page[page.index('<section id="answer"') :].partition("</section>")[0]
    found = {}
    for article in re.findall(r'<article class="answer">.*?</article>', section, flags=re.S):
        anchor = re.search(r'href="#([^"]+)"', article).group(1)
        parts = re.split(r"<h4>.*?</h4>", article)[1:]
        found[anchor] = [unescape(re.sub(r"<[^>]+>", "", part)).strip() for part in parts]
    return found


def change(folder, table, **values):
    path = folder / "contrasts/summary.tsv"
    rows = read_table(path, table)
    for column, value in values.items():
        rows.loc[rows["contrast"] == "early_vs_none", column] = value
    write_table(rows, path, table)


def test_numbers_are_those_of_the_tables(folder):
    found, trust, _ = answers(folder)["contrast-early_vs_none"]
    row = read_table(folder / "contrasts/summary.tsv", "contrast_summary").iloc[0]
    assert f"{row.called_up} genes higher and {row.called_down} genes lower" in found
    called = row.called_up + row.called_down
    assert f"{row.confirmed} of {called} calls confirmed" in trust
    assert f"{row.carried_by_few} carried by few" in trust
    markers = read_table(folder / "markers/markers.tsv", "markers")
    own = markers[markers["contrast"] == "early_vs_none"]
    tested = (own["verdict"] != "not tested").sum()
    expected, opposite = ((own["verdict"] == v).sum() for v in ("as expected", "opposite"))
    assert f"{expected} of {tested} tested as expected" in found
    assert f"{opposite} opposite (MT1M)" in found
    assert f"p = {row.permutation_pvalue:.2f} from 25 shuffles" in trust


def test_a_panel_that_expects_nothing_of_a_contrast_is_no_failed_panel(tmp_path):
    write_study(tmp_path)
    path = tmp_path / "markers/markers.tsv"
    rows = read_table(path, "markers")
    tested = rows["verdict"] != "not tested"
    rows.loc[tested, ["verdict", "expected"]] = ["no expectation", None]
    write_table(rows, path, "markers")
    found, _, _ = answers(tmp_path)["contrast-early_vs_none"]
    many = (tested & (rows["contrast"] == "early_vs_none")).sum()
    assert f"{many} tested; the panel expects nothing of this contrast." in found
    assert "as expected" not in found


def test_sets_are_the_three_strongest_by_the_test_that_respects_correlation(folder):
    sets = [
        {"set": name, "NES": nes, "padj": 1e-9, "direction": way, "significant": called,
         "competitivePadj": padj}
        for name, nes, way, called, padj in (
            ("WEAK_SET", 1.1, "up", True, 0.04), ("BEST_SET", -2.0, "down", True, 0.001),
            (EVIL, 1.5, "up", True, 0.02), ("TIED_SET", 1.9, "up", True, 0.02),
            ("PRERANKED_ONLY", 3.0, "up", False, 0.6),
        )
    ]  # fmt: skip
    path = folder / "enrichment/early_vs_none/curated.gsea.tsv"
    write_table(frame("gsea", sets), path, "gsea")
    found = answers(folder)["contrast-early_vs_none"][0]
    assert "4 of 5 survive" in found
    assert re.search(rf"▼ BEST SET.*▲ TIED SET.*▲ {re.escape(EVIL)}", found)
    assert "WEAK SET" not in found and "PRERANKED" not in found
    write_table(frame("gsea", sets[-1:]), path, "gsea")
    assert "None of 1 survives" in answers(folder)["contrast-early_vs_none"][0]


@pytest.mark.parametrize(
    ("values", "words"),
    [({"verdict": "like_chance", "permutation_pvalue": 0.5}, "shuffled labels call as many genes"),
     ({"verdict": "not_testable"}, "shuffled labels could not tell"),
     ({"carried_by_few": 7}, "few samples carry 7 of")],
)  # fmt: skip
def test_codes_say_what_not_to_conclude(folder, values, words):
    change(folder, "contrast_summary", **values)
    found = answers(folder)
    assert words in found["contrast-early_vs_none"][2]
    assert words not in found["contrast-tumour_vs_normal"][2]


def test_columns_that_cannot_be_told_apart_are_named(folder):
    rows = [
        {"contrast": "early_vs_none", "column": "plate", "relation": "separated"},
        {"contrast": "early_vs_none", "column": EVIL, "relation": "associated"},
        {"contrast": "early_vs_none", "column": "sex", "relation": "balanced"},
    ]
    write_table(frame("qc_confounding", rows), folder / "qc/confounding.tsv", "qc_confounding")
    _, trust, caveats = answers(folder)["contrast-early_vs_none"]
    assert "Cannot be told apart from the sides: plate" in trust and "uneven" in trust
    assert EVIL in trust and "sex" not in trust
    assert "and not plate" in caveats
    assert "<script>alert" not in build_page(folder, config())


def test_nothing_called_is_no_proof(tmp_path):
    write_study(tmp_path, significant=False)
    found, _, caveats = answers(tmp_path)["contrast-early_vs_none"]
    assert "No gene was called." in found
    assert "none called is no proof of equal expression" in caveats


def test_only_flags_of_compared_samples_count(folder):
    flags = [{"sample_id": name, "flag": "library_size"} for name in ("S0", "S6", "S7", "S7")]
    write_table(frame("qc_flags", flags), folder / "qc/flags.tsv", "qc_flags")
    found = answers(folder)
    assert "2 samples flagged (S6, S7)" in found["contrast-early_vs_none"][1]  # S0 is normal
    assert "3 samples flagged (S0, S6, S7)" in found["contrast-tumour_vs_normal"][1]


def test_the_least_p_of_few_shuffles_is_called_so(folder):
    shuffles = permutations_table([0] * 19)
    assert len(shuffles) == 19
    change(folder, "contrast_summary", permutations=19, permutation_pvalue=0.05,
           verdict="above_chance")  # fmt: skip
    assert "the least they can show" in answers(folder)["contrast-early_vs_none"][1]


def test_every_caution_of_the_library_says_what_it_forbids():
    """A new code needs its words; those that forbid nothing of their own are named here."""
    quiet = {"median_not_reached", "thin_tail", "reconstructed", "without_effect"}
    source = "".join(path.read_text(encoding="utf-8") for path in LIBRARY.rglob("*.py"))
    codes = set(re.findall(r'Caution\(\s*"([a-z_]+)"', source))
    known = set(read_shipped(LIBRARY / "report/not_to_conclude.yaml"))
    assert codes - quiet <= known and len(codes) > 20


def test_a_model_answers_with_one_fit_and_its_patients_not_with_its_check():
    """Complete cases stand beside the model of all patients; a landmark or time replaces it."""
    term = {"term": "size", "level": float("nan"), "reference": "per cm", "lower": 1.1,
            "upper": 3.0, "pvalue": 0.01}  # fmt: skip
    fits = {"multivariable": (2.0, 3098), "complete_cases": (2.5, 2895)}

    def told(fits):
        parts = [(name.replace("_", "-"), [term | {"ratio": ratio}])
                 for name, (ratio, _) in fits.items()]  # fmt: skip
        summary = [{"model": name, "n": n, "events": 1000, "epv": 20.0, "c_index": n / 4000}
                   for name, (_, n) in fits.items()]  # fmt: skip
        model = SimpleNamespace(name="m", endpoint="os", kind="cox")
        one = ModelFacts(model, "n = 0", parts, summary, [], "", [], [], {})
        answer = answer_patients.of_model(one)
        return " ".join(line.text for line in (*answer.found, *answer.trust))

    text = told(fits)
    assert "(multivariable): size per cm 2.00 (1.10 to 3.00)" in text and "complete" not in text
    assert "n = 3,098, 1,000 events" in text and "C 0.77 in" in text
    text = told({"naive": (2.0, 272), "landmark": (1.5, 229), "complete_cases": (9.0, 200)})
    assert "(landmark): size per cm 1.50" in text and "n = 229" in text


def test_grave_cautions_come_before_what_always_holds():
    rows = [
        {"code": "few_events", "severity": "warn"},
        {"code": "dichotomised", "severity": "note"},
    ]
    told = answer_patients._not_to_conclude(rows, "that it is a cause")
    assert told[-1] == "that it is a cause" and len(told) == 2 and "few events" in told[0]
