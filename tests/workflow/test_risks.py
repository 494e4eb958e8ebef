"""A study of risk models by the real command: its tables, numbers by other programs, privacy."""

import zipfile
from dataclasses import dataclass

import numpy as np
import openpyxl
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import logit
from sklearn.metrics import brier_score_loss, roc_auc_score
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from recurseq.base.tables import describe, read_table, study_tables
from recurseq.study import load_study
from support.risk_cohort import CONFIG, DAYS, make_risks

pytestmark = pytest.mark.workflow
HORIZON = 24
DEVELOPMENT = CONFIG["cohorts"]["development"]["centre"]


@dataclass
class Ran:
    """The results, and the patients of the validation with what was predicted for them."""

    folder: object
    config: dict
    clinical: pd.DataFrame

    def table(self, name, **wildcards):
        return read_table(self.folder / "results" / describe(name).file.format(**wildcards), name)

    def validation(self, risk):
        found = self.table("risk_patients", risk_model=risk)
        found = found[found["cohort"] == "validation"].set_index("patient_id")
        return self.clinical.set_index("patient_id").join(found[["lp", "risk"]], how="inner")

    def value(self, risk, measure, **more):
        table = self.table("risk_performance", risk_model=risk)
        own = table[(table["data"] == "validation") & (table["measure"] == measure)]
        own = own[own["against"].isna()] if not more else own[own["against"] == more["against"]]
        return own.iloc[0]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    study = make_risks(tmp_path_factory.mktemp("risks"))
    ended = study.run()
    assert ended.returncode == 0, ended.stderr
    clinical = pd.read_csv(study.path / "clinical.tsv", sep="\t", dtype={"marker": str})
    return Ran(study.path, study.config, clinical)


def test_every_table_of_the_registry_is_there_with_its_columns(ran):
    study = load_study(ran.config)
    wanted = [file for file in study_tables(study.parts, study.wildcards) if "risk/" in file.path]
    assert len(wanted) > 30
    for file in wanted:
        table = pd.read_csv(ran.folder / "results" / file.path, sep="\t", nrows=1)
        assert list(table.columns) == describe(file.table.name).names, file.path


def test_a_logistic_model_is_judged_as_by_scikit_learn_and_statsmodels(ran):
    for risk in ("pre", "post"):
        own = ran.validation(risk)
        y, p = own["early"].to_numpy(float), own["risk"].to_numpy(float)
        slope = sm.GLM(y, sm.add_constant(logit(p)), sm.families.Binomial()).fit(tol=1e-12)
        shift = sm.GLM(y, np.ones((len(y), 1)), sm.families.Binomial(), offset=logit(p))
        wanted = {
            "auc": roc_auc_score(y, p),
            "brier": brier_score_loss(y, p),
            "calibration_slope": slope.params[1],
            "calibration_intercept": shift.fit(tol=1e-12).params[0],
            "observed_expected": y.mean() / p.mean(),
        }
        for measure, value in wanted.items():
            one = ran.value(risk, measure)
            assert one["estimate"] == pytest.approx(value, rel=1e-6), (risk, measure)
            assert one["n"] == len(own) and one["events"] == y.sum()
    gain = ran.value("post", "auc", against="pre")["estimate"]
    each = [ran.value(risk, "auc")["estimate"] for risk in ("post", "pre")]
    assert gain == pytest.approx(each[0] - each[1], abs=1e-9) and gain > 0


def concordance(time, event, score):
    """Harrell's C, pair by pair."""
    pairs = [(i, j) for i in range(len(time)) if event[i] for j in range(len(time))
             if time[i] < time[j] or (time[i] == time[j] and not event[j])]  # fmt: skip
    right = [np.sign(score[i] - score[j]) for i, j in pairs]
    return (np.mean(right) + 1) / 2


def test_a_hazard_model_is_judged_as_by_statsmodels(ran):
    own = ran.validation("surv")
    time, event, lp = (own[name].to_numpy(float) for name in ("months", "died", "lp"))
    model = PHReg(time, lp[:, None], status=event, ties="efron").fit()
    slope = ran.value("surv", "calibration_slope")["estimate"]
    assert slope == pytest.approx(model.params[0], rel=1e-5)
    rank = ran.value("surv", "harrell_c")["estimate"]
    assert rank == pytest.approx(concordance(time, event, lp), rel=1e-9)
    curve = SurvfuncRight(time, event)
    alive = curve.surv_prob[curve.surv_times <= HORIZON][-1]
    ratio = ran.value("surv", "observed_expected")["estimate"]
    assert ratio == pytest.approx((1 - alive) / own["risk"].mean(), rel=1e-6)


def test_competing_events_are_judged_as_by_statsmodels(ran):
    own = ran.validation("comp")
    days = {
        name: (pd.to_datetime(own[name]) - pd.to_datetime(own["surgery"])).dt.days
        for name in ("recurrence", "death", "last_visit")
    }
    state = np.where(days["recurrence"].notna(), 1, np.where(days["death"].notna(), 2, 0))
    time = days["recurrence"].fillna(days["death"]).fillna(days["last_visit"]) / DAYS
    curve = CumIncidenceRight(time.to_numpy(), state)
    seen = curve.cinc[0][curve.times <= HORIZON][-1]
    ratio = ran.value("comp", "observed_expected")["estimate"]
    assert ratio == pytest.approx(seen / own["risk"].mean(), rel=1e-6)


def shared_texts(ran):
    """What is shown or sent: page, workbook, cards, models, figures and logs."""
    results = ran.folder / "results"
    with zipfile.ZipFile(results / "report/tables.xlsx") as book:
        yield "workbook", "".join(book.read(name).decode("utf-8") for name in book.namelist())
    with zipfile.ZipFile(results / "report/report.zip") as archive:
        for name in archive.namelist():
            if not name.endswith((".png", ".xlsx")):
                yield f"report.zip: {name}", archive.read(name).decode("utf-8")
    for path in [*results.rglob("*.html"), *results.rglob("*.md"), *results.rglob("*.svg"),
                 *results.rglob("*.log"), *(ran.folder / ".snakemake/log").iterdir()]:  # fmt: skip
        yield path.name, path.read_text(encoding="utf-8")


def test_nothing_of_a_single_patient_is_shown(ran):
    clinical = ran.clinical
    inside = clinical.loc[clinical["centre"].isin(DEVELOPMENT), "marker"].astype(float)
    # The calculator tells from where to where the development reached.
    told = {inside.min(), inside.max()}
    secrets = {*clinical["patient_id"], *clinical[["surgery", "last_visit"]].stack()}
    secrets |= {one for one in clinical["marker"] if float(one) not in told}
    for risk in ran.config["risk"]:
        path = ran.folder / f"results/risk/{risk}/patients.tsv"
        secrets |= set(pd.read_csv(path, sep="\t", dtype=str)[["lp", "risk"]].stack())
    assert len(secrets) > 3000
    looked = {}  # once for each text: the archive holds page and figures as they are
    for name, text in shared_texts(ran):
        looked.setdefault(text, name)
    for text, name in looked.items():
        assert not [secret for secret in secrets if secret in text], name
    assert len(looked) > 25


def test_the_workbook_opens_and_has_the_tables_of_risk(ran):
    book = openpyxl.load_workbook(ran.folder / "results/report/tables.xlsx", read_only=True)
    for title in ("risk performance", "risk calibration"):
        header, *rows = book[title].iter_rows(values_only=True)
        assert set(ran.config["risk"]) <= {row[header.index("risk_model")] for row in rows}
    sheet = list(book["risk strata"].iter_rows(values_only=True))
    assert any("low" in row for row in sheet)


def test_the_page_reads_other_patients_first(ran):
    page = (ran.folder / "results/report/report.html").read_text(encoding="utf-8")
    article = page[page.index('<article id="risk-pre">') :]
    order = ["How well it predicts", "Are the risks right? Calibration", "<h4>Centres", "<h4>Tree",
             "<h4>Strata", "<h4>Nomogram", "<h4>Decisions", "Model card"]  # fmt: skip
    places = [article.index(words) for words in order]
    assert places == sorted(places)
    head = article.index("in other patients (validation)")
    assert head < article.index("(corrected)") < article.index("(apparent, too good)")
    one = ran.value("pre", "auc")
    told = f"{one['estimate']:.2f} ({one['lower']:.2f} to {one['upper']:.2f})"
    assert article.count(told) >= 2 and told in page[: page.index('<article id="risk-pre">')]
    assert "a further centre is expected between" in article


def test_three_faults_are_told_at_once(tmp_path):
    study = make_risks(tmp_path)
    study.config["risk"]["pre"]["model"] = "prae"
    study.config["risk"]["post"]["validate"] = "validaton"
    del study.config["risk"]["surv"]["horizon"]
    study.write()
    ended = study.run()
    assert ended.returncode != 0 and "Traceback" not in ended.stderr
    for words in ("risk.pre.model", "prae", "risk.post.validate", "validaton", "risk.surv"):
        assert words in ended.stderr, words
    assert not list(tmp_path.rglob("results/**/*.tsv"))
