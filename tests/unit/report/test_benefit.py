"""The section on treatment: crude beside adjusted, with the caution, and nothing naive alone."""

import copy

import pytest

from recurseq.base.tables import write_table
from recurseq.clinical.cautions import as_table, gather
from recurseq.report.page import build_page
from recurseq.report.results import Results
from recurseq.report.sections import benefit
from recurseq.study import load_study
from support.benefit_study import CONFIG, prepared, simulate, with_benefit
from support.report_study import EVIL


def written(folder, changes, table=None, base=CONFIG):
    """A study whose only results are those of the comparison."""
    config = with_benefit(changes, base)
    table = simulate(5, 1500) if table is None else table
    found = prepared(folder, table, config).compared()
    tables = {"effect": found.effect, "balance": found.balance, "flow": found.flow}
    for name, one in tables.items():
        path = folder / f"results/risk/benefit/adjuvant/{name}.tsv"
        write_table(one, path, f"benefit_{name}")
    cautions = gather([as_table(found.cautions)], simulated=False)
    write_table(cautions, folder / "results/clinical/cautions.tsv", "clinical_cautions")
    study = load_study(config)
    return Results(folder / "results", study), study, found, config


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    return written(tmp_path_factory.mktemp("study"), {})


def test_crude_and_adjusted_of_the_same_patients_stand_side_by_side(shown):
    results, study, found, _ = shown
    (one,) = benefit.collect(results, study)
    assert [side.stratum for side in one.sides] == ["all", "low", "moderate", "high"]
    rows = found.effect.set_index(["stratum", "method"])
    for side in one.sides:
        crude = rows.loc[(side.stratum, "crude landmark"), "ratio"]
        assert side.crude["ratio"] == pytest.approx(crude)
        adjusted = rows.loc[(side.stratum, "overlap"), "ratio"]
        assert side.adjusted["ratio"] == pytest.approx(adjusted)
    assert one.interaction.startswith("interaction with the stratum p")
    assert "month 2" in one.handled and one.cautions[0]["severity"] == "warn"


def test_methods_and_limits_say_what_was_done(shown):
    results, study, _, _ = shown
    facts = benefit.collect(results, study)
    (paragraph,) = benefit.methods(facts)
    for words in ("overlap weights", "sandwich", "month 2", "No weight was truncated"):
        assert words in paragraph.text
    assert {"overlap_weights", "evalue", "landmark", "smd"} <= set(paragraph.cites)
    limits = " ".join(benefit.limits(facts))
    assert "association" in limits and "cloning" in limits


def test_the_page_holds_the_section(shown):
    results, _, found, config = shown
    page = build_page(results.folder, config)
    part = page[page.index('<article id="benefit-adjuvant"') :]
    part = part[: part.index("</article>")]
    assert "Associations, not effects" in part and "confounded_by_indication" in part
    assert part.index("confounded_by_indication") < part.index("<table>")
    own = found.effect.set_index(["stratum", "method"]).loc[("all", "overlap")]
    assert f"{own['ratio']:.2f}" in part and f"{own['lower']:.2f} to {own['upper']:.2f}" in part
    assert "doi.org/10.1080/01621459.2016.1260466" in page


def test_without_a_landmark_no_number_is_shown(tmp_path):
    results, study, _, config = written(tmp_path, {"landmark": None})
    (one,) = benefit.collect(results, study)
    assert one.told == [] and one.interaction == ""
    page = build_page(results.folder, config)
    part = page[page.index('<article id="benefit-adjuvant"') :].split("</article>")[0]
    assert "treatment began after the origin: give a landmark" in part
    assert "events_treated" not in part.split("<tbody>")[1]


def test_names_of_the_user_are_escaped(tmp_path):
    table, base = simulate(6, 1500), copy.deepcopy(CONFIG)
    table["adjuvant"] = table["adjuvant"].replace({"TACE": EVIL})
    base["clinical"]["columns"]["adjuvant"] = {"levels": ["none", EVIL, "HAIC"]}
    results, _, _, config = written(tmp_path, {"treated": [EVIL], "within": None}, table, base)
    page = build_page(results.folder, config)
    assert EVIL not in page and "&lt;script&gt;alert(1)" in page
