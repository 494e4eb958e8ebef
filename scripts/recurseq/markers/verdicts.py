"""Verdicts on genes of the panel: what the table ``markers`` says, in the order of a report."""

AS_EXPECTED, OPPOSITE, SMALL, NOT_SIGNIFICANT, NO_EXPECTATION, NOT_TESTED = VERDICTS = (
    *("as expected", "opposite", "significant, but below the fold change asked for"),
    *("not significant", "no expectation", "not tested"),
)
