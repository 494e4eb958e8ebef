"""Formulas against R's model.matrix (R 4.2.2) and hand-worked contrasts."""

import numpy as np
import pandas as pd
import pytest

from recurseq.design.formula import FormulaError, contrast_vector, design_matrix, parse_formula
from recurseq.stats.design_matrix import confounded_columns
from support.paths import REPOSITORY

REFERENCE = REPOSITORY / "tests" / "reference" / "formula.columns.tsv"

METADATA = pd.DataFrame(
    {
        "g": pd.Categorical(list("aabbcc")),
        "s": pd.Categorical(list("xyxyxy")),
        "age": [30.0, 41, 52, 63, 74, 85],
    },
    index=[f"S{i}" for i in range(6)],
)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        # the columns that R gives for model.matrix(formula), in our naming
        ("~ g", ["Intercept", "g[b]", "g[c]"]),
        ("~ 0 + g", ["g[a]", "g[b]", "g[c]"]),
        ("~ 0 + s + g", ["s[x]", "s[y]", "g[b]", "g[c]"]),
        ("~ s * g", ["Intercept", "s[y]", "g[b]", "g[c]", "s[y]:g[b]", "s[y]:g[c]"]),
        ("~ g + g:s", ["Intercept", "g[b]", "g[c]", "g[a]:s[y]", "g[b]:s[y]", "g[c]:s[y]"]),
        ("~ age * s", ["Intercept", "age", "s[y]", "age:s[y]"]),
        ("~ s:age + age", ["Intercept", "age", "s[y]:age"]),
        ("~ 1", ["Intercept"]),
        ("~ `g` + g + 1", ["Intercept", "g[b]", "g[c]"]),
    ],
)
def test_design_has_the_columns_r_gives(text, columns):
    assert list(design_matrix(parse_formula(text), METADATA).columns) == columns


def test_columns_of_interactions_have_rs_order():
    table = pd.read_csv(REFERENCE, sep="\t", index_col="formula")["columns"]
    data = pd.DataFrame(
        [(a, b, c) for c in "12" for b in "123" for a in "123"], columns=list("abc")
    ).astype("category")
    data["x"] = np.arange(1.0, 19)
    for text, columns in table.items():
        ours = design_matrix(parse_formula(text), data).columns.str.replace(
            r"[\[\]]", "", regex=True
        )
        # R names an interaction in the order of the variables; here it keeps the name as written.
        assert [
            sorted(name.split(":")) for name in ours.str.replace("Intercept", "(Intercept)")
        ] == [sorted(name.split(":")) for name in columns.split(" ")], text


def test_interaction_values_are_products():
    design = design_matrix(parse_formula("~ age * g"), METADATA)
    np.testing.assert_array_equal(design["age:g[c]"], [0, 0, 0, 0, 74, 85])


@pytest.mark.parametrize(
    "text",
    ["g", "", "~", "~ log(age)", "~ g +", "~ g ++ s", "~ g - 1", "~ 2 * g", "~ g s", "~ g*",
     "~ (g + s)", "~ __import__('os')", "~ g; s", "~ g | s", "y ~ g", "~ g:0", "~ `g"],
)  # fmt: skip
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(FormulaError):
        parse_formula(text)


def test_names_keep_unicode_dots_and_blanks():
    assert parse_formula("~ `age at surgery` + größe.cm").variables == (
        "age at surgery",
        "größe.cm",
    )


def test_contrast_between_two_non_reference_levels():
    weights = contrast_vector(
        parse_formula("~ s + g"),
        METADATA,
        {"factor": "g", "numerator": ["c"], "denominator": ["b"]},
    )
    assert weights.to_dict() == {"Intercept": 0, "s[y]": 0, "g[b]": -1, "g[c]": 1}


def test_a_column_without_a_value_takes_no_part():
    contrast = {"factor": "g", "numerator": ["c"], "denominator": ["b"]}
    formula = parse_formula("~ g")
    metadata = METADATA.assign(lane=pd.Categorical([None] * len(METADATA)))
    weights = contrast_vector(formula, metadata, contrast)
    assert weights.equals(contrast_vector(formula, METADATA, contrast))


def test_averaged_side_and_level_of_the_interacting_factor():
    weights = contrast_vector(
        parse_formula("~ s * g"),
        METADATA,
        {"factor": "g", "numerator": ["b", "c"], "denominator": ["a"], "within": {"s": "y"}},
    )
    expected = [0, 0, 0.5, 0.5, 0.5, 0.5]
    np.testing.assert_allclose(weights, expected)


def test_contrast_does_not_depend_on_the_reference_level():
    formula, rng = parse_formula("~ s * g"), np.random.default_rng(1)
    contrast = {
        "factor": "g", "numerator": ["c"], "denominator": ["a"], "within": {"s": "x"},
    }  # fmt: skip
    fitted = rng.normal(
        size=6
    )  # any vector of cell means is a fitted value of this saturated model
    estimates = []
    for order in (list("abc"), list("cba"), list("bca")):
        metadata = METADATA.assign(g=METADATA["g"].cat.reorder_categories(order))
        coefficients = np.linalg.solve(design_matrix(formula, metadata).to_numpy(), fitted)
        estimates.append(contrast_vector(formula, metadata, contrast).to_numpy() @ coefficients)
    np.testing.assert_allclose(estimates, fitted[4] - fitted[0], atol=1e-12)


def test_coefficient_contrast_and_unknown_coefficient():
    formula = parse_formula("~ age + g")
    weights = contrast_vector(formula, METADATA, {"coefficients": {"age": 10}})
    assert weights["age"] == 10 and weights.abs().sum() == 10
    with pytest.raises(KeyError, match="agee"):
        contrast_vector(formula, METADATA, {"coefficients": {"agee": 1}})


def test_confounded_columns_are_named():
    metadata = METADATA.assign(centre=pd.Categorical(["p", "p", "q", "q", "r", "r"]))
    design = design_matrix(parse_formula("~ centre + g"), metadata)
    assert confounded_columns(design) == {"g[b]": ["centre[q]"], "g[c]": ["centre[r]"]}
    assert confounded_columns(design_matrix(parse_formula("~ s * g"), METADATA)) == {}


def test_large_numeric_covariates_are_not_called_confounded():
    metadata = METADATA.assign(reads=[1e8, 2e8, 3e8, 1e8, 5e8, 6e8], small=np.arange(6) * 1e-7)
    assert confounded_columns(design_matrix(parse_formula("~ reads + small"), metadata)) == {}
