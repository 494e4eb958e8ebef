"""The patients of a model with all its candidate terms, completed where that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical import imputation_cautions as caution
from recurseq.clinical.cautions import Caution
from recurseq.clinical.imputing import Imputed, complete_only, has_gaps, impute, too_empty
from recurseq.clinical.model_rows import PLAIN, Rows, rows_of
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import Model
from recurseq.stats.rubin import chain_agreement


@dataclass(frozen=True)
class Candidates:
    """Patients of a model.

    Attributes
    ----------
    rows
        With gaps where the model imputes; else those without.
    imputed
        None where nothing is imputed.
    empty
        Variables of which too much is missing to be imputed, and the share.
    """

    rows: Rows
    imputed: Imputed | None = None
    empty: dict[str, float] | None = None

    @property
    def sets(self) -> list[Rows]:
        """The completed data sets; the complete cases where nothing is imputed."""
        return [complete_only(self.rows)] if self.imputed is None else self.imputed.rows


def candidates(model: Model, patients: Patients, names: Sequence[str], seed: int) -> Candidates:
    """Gather the patients of a model, and complete them where it imputes.

    Parameters
    ----------
    model, patients
        The model, and all patients.
    names
        All candidate terms: each helps to fill the gaps of the others, whether it enters or not.
    seed
        Of the draws.
    """
    rows = rows_of(model, patients, names, PLAIN, gaps=model.imputations is not None)
    empty = too_empty(rows)
    if model.imputations is None or empty or not has_gaps(rows):
        return Candidates(rows, None, empty)
    return Candidates(rows, impute(rows, patients, model.imputations, [seed]), {})


def imputation_table(found: Candidates) -> pd.DataFrame:
    """Return table ``model_imputation``: what was missing, and what was filled in."""
    rows: list[dict] = []
    if found.imputed is not None:
        for place, name in enumerate(found.imputed.variables):
            rows += _of_variable(found, place, name)
    return pd.DataFrame(rows, columns=describe("model_imputation").names)


def _of_variable(found: Candidates, place: int, name: str) -> Iterator[dict]:
    values = found.rows.frame[name]
    gaps = values.isna().to_numpy()
    drawn = pd.concat([one.frame[name][gaps] for one in found.imputed.rows])
    levels = isinstance(values.dtype, pd.CategoricalDtype)
    told = {
        "variable": name,
        "method": _method(values) if levels else "predictive mean matching",
        "n": len(values),
        "missing": int(gaps.sum()),
        "percent": 100 * float(gaps.mean()),
        "imputations": len(found.imputed.rows),
        "rhat": agreement(found.imputed, place),
    }
    if not levels:
        yield told | {
            "observed": float(values.mean()),
            "imputed": float(drawn.mean()),
            "observed_sd": float(values.std()),
            "imputed_sd": float(drawn.std()),
        }
        return
    for level in values.cat.remove_unused_categories().cat.categories:
        shares = {"observed": float((values[~gaps] == level).mean())}
        yield told | {"level": str(level), "imputed": float((drawn == level).mean())} | shares


def _method(values: pd.Series) -> str:
    return "logistic regression" if values.nunique() <= 2 else "multinomial logistic regression"


def agreement(imputed: Imputed, place: int) -> float:
    """Return R-hat of the mean of a variable's imputed values over the second half of the chains.

    Missing where one variable only had gaps, which needs no chain.
    """
    means = imputed.means[:, :, place]
    return chain_agreement(means[:, means.shape[1] // 2 :])


def imputation_cautions(analysis: str, model: Model, found: Candidates) -> list[Caution | None]:
    """Say what a reader must know of imputed values.

    Parameters
    ----------
    analysis
        Section and name.
    model, found
        The model and its patients.
    """
    if model.imputations is None:
        return []
    told = caution.gaps_in_words(analysis, found.rows.frame, model.imputations, found.empty or {})
    for place, name in enumerate(() if found.imputed is None else found.imputed.variables):
        told.append(caution.chains_differ(analysis, name, agreement(found.imputed, place)))
    return told
