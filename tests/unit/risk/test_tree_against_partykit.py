"""Trees against partykit (tests/reference/make_tree_reference.R)."""

import numpy as np
import pandas as pd
import pytest

from recurseq.risk.tree import influence
from recurseq.risk.tree.covariate import Covariate, covariate
from recurseq.risk.tree.grow import Growth, Tree, grow
from support.golden import CLINICAL, RISK, data
from support.paths import REFERENCE

NODES = pd.read_csv(REFERENCE / "risk/tree.nodes.tsv", sep="\t", dtype={"left": str})
TESTS = pd.read_csv(REFERENCE / "risk/tree.tests.tsv", sep="\t")
BIRTH = ["age", "lwt", "race", "smoke", "ptl", "ht", "ui", "ftv"]
PBC = ["trt", "age", "sex", "edema", "bili", "albumin", "stage", "hepato"]
VETERAN = ["trt", "celltype", "karno", "diagtime", "age", "prior"]
COLON = ["rx", "sex", "age", "obstruct", "nodes", "differ", "node4"]
CARS = [
    *("Type", "Cylinders", "Man.trans.avail", "Origin", "Price", "MPG.city"),
    "Horsepower",
]
IRIS = ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"]
INFERT = ["age", "parity", "induced", "spontaneous"]
INFERT_LEVELS = ["age", "parity", "education", "induced", "spontaneous"]
LEVELS = {
    "race": ["white", "black", "other"],
    "celltype": ["squamous", "smallcell", "adeno", "large"],
    "rx": ["Obs", "Lev", "Lev+5FU"],
    "education": ["0-5yrs", "6-11yrs", "12+ yrs"],
    "edema": ["0", "0.5", "1"],
}
ORDERED = ["stage", "differ"]
# Case: data, room, response, covariates, growth.
CASES = {
    "iris": ("iris", RISK, "Species", IRIS, Growth()),
    "infert": ("infert", RISK, "case", INFERT, Growth()),
    "infert levels": ("infert", RISK, "case", INFERT_LEVELS, Growth(0.5, 10, 3)),
    "veteran": ("veteran", CLINICAL, "status", VETERAN, Growth()),
    "veteran deep": ("veteran", CLINICAL, "status", VETERAN, Growth(0.6, 12, 4)),
    "pbc": ("pbc", CLINICAL, "status", PBC, Growth()),
    "pbc deep": ("pbc", CLINICAL, "status", PBC, Growth(0.5)),
    "birthwt": ("birthwt", RISK, "low", BIRTH, Growth()),
    "birthwt deep": ("birthwt", RISK, "low", BIRTH, Growth(0.9, 10, 3)),
    "colon": ("colon", CLINICAL, "status", COLON, Growth(0.3)),
    "colon rare": ("colon", CLINICAL, "status", ["rare", "age", "sex"], Growth(0.9, 20, 2)),
    "cars": ("cars", RISK, "DriveTrain", CARS, Growth(0.3)),
}
SURVIVAL = {"veteran": 1, "pbc": 2}  # what stands for an event


def column(frame: pd.DataFrame, name: str) -> Covariate:
    values = frame[name]
    if name in ORDERED:
        whole = values.astype(int).astype(str)
        return covariate(pd.Series(pd.Categorical(whole, ordered=True), name=name))
    if name == "edema":
        values = values.map("{:g}".format)
    if name in LEVELS:
        return covariate(pd.Series(pd.Categorical(values, categories=LEVELS[name]), name=name))
    if pd.api.types.is_numeric_dtype(values):
        return covariate(values)
    return covariate(pd.Series(pd.Categorical(values), name=name))


def grown(case: str) -> tuple[Tree, list[Covariate]]:
    name, room, response, names, growth = CASES[case]
    frame = data(name, room)
    if name in SURVIVAL:
        event = frame["status"] == SURVIVAL[name]
        scores = influence.of_survival(frame["time"].to_numpy(float), event.to_numpy())
    else:
        scores = influence.of_levels(pd.factorize(frame[response], sort=True)[0])
    if "rare" in names:
        event = frame["status"] == 1
        frame = frame.assign(rare=(event & (event.cumsum() <= 6)).astype(int))
    covariates = [column(frame, name) for name in names]
    return grow(covariates, scores, growth), covariates


@pytest.mark.parametrize("case", CASES)
def test_splits_and_counts(case):
    tree, covariates = grown(case)
    expected = NODES[NODES["case"] == case]
    assert [node.number for node in tree.nodes] == expected["node"].tolist()
    assert [node.parent for node in tree.nodes] == expected["parent"].tolist()
    assert [node.n for node in tree.nodes] == expected["n"].tolist()
    for node, (_, row) in zip(tree.nodes, expected.iterrows(), strict=True):
        assert (node.split is None) == pd.isna(row["variable"])
        if node.split is not None:
            assert node.split.variable == row["variable"]
            if node.split.cut is None:
                assert ",".join(node.split.left) == row["left"]
            else:
                assert node.split.cut == pytest.approx(float(row["left"]), rel=1e-12)
    assert tree.members(covariates).sum(axis=1).tolist() == expected["n"].tolist()


@pytest.mark.parametrize("case", CASES)
def test_statistics_and_adjusted_pvalues(case):
    tree, _ = grown(case)
    expected = TESTS[TESTS["case"] == case].set_index(["node", "variable"])
    found = {(node.number, test.variable): test for node in tree.nodes for test in node.tests}
    assert set(found) == set(expected.index)
    for key, test in found.items():
        row = expected.loc[key]
        # partykit writes its smallest statistic as the machine's precision
        assert test.statistic == pytest.approx(row["statistic"], rel=1e-9, abs=1e-13), key
        assert test.pvalue == pytest.approx(row["pvalue"], rel=1e-9, abs=1e-300), key


def test_the_cases_have_what_is_hard():
    tests = TESTS.groupby(["case", "node"]).size()
    most = {case: len(entry[3]) for case, entry in CASES.items()}
    assert any(size < most[case] for (case, _), size in tests.items())  # constant in some node
    assert NODES["left"].str.contains(",", na=False).sum() >= 5
    assert np.unique(data("birthwt", RISK)["lwt"]).size < len(data("birthwt", RISK))  # ties
