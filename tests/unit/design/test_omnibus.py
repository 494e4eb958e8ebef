import pytest

from recurseq.design.formula import parse_formula
from recurseq.design.omnibus import beyond_factor, question, reduced_without


@pytest.mark.parametrize(
    ("full", "reduced", "words", "beyond"),
    [
        ("~ group", "~ 1", "differs anywhere among the groups", False),
        ("~ batch + group", "~ batch", "differs anywhere among the groups", False),
        ("~ sex * group", "~ sex", "differs anywhere among the groups", False),
        ("~ sex * group", "~ sex + group", "depends on sex:group", False),
        ("~ batch + group", "~ group", "depends on batch", False),
        ("~ batch + group", "~ 1", "depends on any of batch and group, tested together", True),
        ("~ a + b + group", "~ b", "depends on any of a and group, tested together", True),
    ],
)
def test_what_the_test_asks(full, reduced, words, beyond):
    designs = parse_formula(full), parse_formula(reduced)
    assert question(*designs, "group") == words
    assert beyond_factor(*designs, "group") == beyond


def test_the_reduced_design_keeps_every_other_term():
    formula = parse_formula("~ a * b + a * group + `b 2`")
    assert parse_formula(reduced_without(formula, "group")).terms == (
        ("a",), ("b",), ("b 2",), ("a", "b"),
    )  # fmt: skip
