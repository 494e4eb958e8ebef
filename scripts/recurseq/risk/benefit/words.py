"""What was found of a treatment, in words made from the tables: for figures and the page."""

from __future__ import annotations

import pandas as pd

from recurseq.clinical.cautions import ALPHA
from recurseq.clinical.words import interval_text, plain, pvalue_text
from recurseq.risk.benefit.balance import LARGEST
from recurseq.risk.benefit.effect import OK
from recurseq.risk.benefit.rows import EVERYBODY, ODDS

METHODS = {
    "overlap": "overlap weights",
    "iptw": "inverse probability weights",
    "match": "pairs with like propensity",
    "time-varying": "treatment counted from its beginning, covariates as terms",
}
AIMED_AT = {
    "overlap": "patients whose treatment was open (those in whom both groups overlap)",
    "iptw": "all patients",
    "match": "treated patients who have a partner",
}


def method_words(method: str) -> str:
    """Name a method."""
    return METHODS.get(method, method)


def primary_rows(effect: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that the configuration asks for, by stratum."""
    return effect[effect["primary"].astype(bool)]


def interaction_text(effect: pd.DataFrame) -> str:
    """Tell the test of interaction of the primary estimates; empty without strata to test."""
    pvalues = primary_rows(effect)["interaction_pvalue"].dropna()
    return f"interaction with the stratum {pvalue_text(pvalues.iloc[0])}" if len(pvalues) else ""


def sentences(effect: pd.DataFrame, treatment: str, endpoint: str) -> list[str]:
    """Say what is associated with what: the interaction before any stratum.

    Parameters
    ----------
    effect
        Table ``benefit_effect``.
    treatment, endpoint
        Their names.
    """
    own = primary_rows(effect)
    told = own[own["status"] == OK]
    found = [
        _sentence(row, treatment, endpoint, "Overall")
        for _, row in told[told["stratum"] == EVERYBODY].iterrows()
    ]
    strata = told[told["stratum"] != EVERYBODY]
    pvalues = strata["interaction_pvalue"].dropna()
    if not len(pvalues):
        return found
    pvalue = float(pvalues.iloc[0])
    if pvalue >= ALPHA:
        found.append(
            f"That ratios differ between strata is not shown ({pvalue_text(pvalue)} of the "
            "interaction), nor that they are the same: no stratum is spoken of alone."
        )
        return found
    found.append(f"The ratios differ between strata ({pvalue_text(pvalue)} of the interaction).")
    return found + [
        _sentence(row, treatment, endpoint, f"In {row['stratum']}") for _, row in strata.iterrows()
    ]


def _sentence(row: pd.Series, treatment: str, endpoint: str, where: str) -> str:
    odds = row["measure"] == ODDS
    what = "odds" if odds else "hazard"
    if row["lower"] <= 1 <= row["upper"]:
        how = f"is not clearly associated with {plain(endpoint)}"
    else:
        side = "lower" if row["ratio"] < 1 else "higher"
        verb = "of" if odds else "at any time of"
        how = f"is associated with {side} {what} {verb} {plain(endpoint)}"
    numbers = interval_text(row["ratio"], row["lower"], row["upper"])
    unlike = ""
    if row["smd_largest"] > LARGEST:
        unlike = f", of groups that are still unlike ({row['smd_largest']:.2f} standard deviations)"
    return f"{where}, {plain(treatment)} {how}: adjusted {row['measure']} {numbers}{unlike}."
