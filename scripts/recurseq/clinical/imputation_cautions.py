"""What a reader must know of imputed values; pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from recurseq.clinical.cautions import NOTE, WARN, Caution, percent, shown

IMPUTED_TO_WARN = 0.30  # of the values of a variable
CHAINS_TO_WARN = 1.2  # R-hat


def imputed(analysis: str, lacking: int, n: int, imputations: int) -> Caution:
    """Say how many patients have imputed values, and whether that is done often enough.

    References
    ----------
    White, Royston and Wood, Stat. Med. 30, 377 (2011): as many imputations as percent of the
    patients lack a value.
    """
    message = (
        f"{lacking} of {n} patients ({percent(lacking / n)}) lack a value of some term; it was "
        f"filled in {imputations} times by chained equations. This is right as far as what is "
        "missing depends on known values only; estimates of complete cases stand beside."
    )
    wanted = math.ceil(100 * lacking / n)
    if imputations >= wanted:
        return Caution("imputed", NOTE, analysis, message, str(lacking))
    message += f" Numbers would change with the seed: take imputations: {wanted}."
    return Caution("imputed", WARN, analysis, message, str(lacking))


def much_imputed(analysis: str, variable: str, share: float) -> Caution | None:
    """Warn of a variable that is imputed in many patients."""
    if share <= IMPUTED_TO_WARN:
        return None
    message = (
        f"{percent(share)} of {variable} is missing and imputed: its effect rests on the "
        "imputation model. Compare with complete cases, and think of leaving it out."
    )
    return Caution("imputed", WARN, analysis, message, variable)


def too_much_missing(analysis: str, variable: str, share: float) -> Caution:
    """Refuse to impute a variable that is missing in most patients."""
    message = (
        f"{percent(share)} of {variable} is missing: more than half is not imputed, and nothing is "
        "imputed in this model. Leave the term out; estimates are those of complete cases."
    )
    return Caution("imputed", WARN, analysis, message, variable)


def chains_differ(analysis: str, variable: str, rhat: float) -> Caution | None:
    """Warn of imputed values that depend on where their chain began."""
    if not rhat > CHAINS_TO_WARN:
        return None
    message = (
        f"Imputed values of {variable} differ more between chains than within (R-hat "
        f"{shown(rhat)}): terms may say nearly the same; leave one of them out."
    )
    return Caution("imputed", WARN, analysis, message, variable)


def gaps_in_words(
    analysis: str, frame: pd.DataFrame, imputations: int, empty: Mapping[str, float]
) -> list[Caution | None]:
    """Say what a reader must know of gaps, before they are filled.

    Parameters
    ----------
    analysis
        Section and name.
    frame
        Values by patient.
    imputations
        How often gaps are filled.
    empty
        Variables of which too much is missing, and the share.
    """
    gaps = frame.isna()
    if empty or not gaps.to_numpy().any():
        return [too_much_missing(analysis, name, share) for name, share in empty.items()]
    lacking = int(gaps.any(axis=1).sum())
    shares = gaps.mean()
    return [
        imputed(analysis, lacking, len(gaps), imputations),
        *(much_imputed(analysis, name, float(share)) for name, share in shares.items()),
    ]
