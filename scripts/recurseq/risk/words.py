"""Risk models in words."""

from __future__ import annotations

from recurseq.clinical.settings import COX, FINEGRAY, LOGISTIC
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.settings import BY_TREE, Strata

KINDS = {
    LOGISTIC: "logistic regression",
    COX: "Cox's proportional hazards",
    FINEGRAY: "Fine and Gray's subdistribution hazards",
}


def title_of(model: RiskModel) -> str:
    """Name a model, and what it is the risk of."""
    return f"{model.name}: risk of {outcome(model)}"


def outcome(model: RiskModel) -> str:
    """Say which event it is the risk of."""
    return model.outcome if model.state is None else f"{model.state} ({model.outcome})"


def horizon_text(model: RiskModel) -> str:
    """Say by when, for what follows the outcome."""
    return "" if model.horizon is None else f" within {model.horizon:g} months"


def cuts_text(strata: Strata) -> str:
    """Write the risks at which strata are cut."""
    return ", ".join(f"{100 * cut:.4g} %" for cut in strata.cuts)


def divider_text(strata: Strata) -> str:
    """Say what is cut."""
    return "the risk of the tree's leaf" if strata.by == BY_TREE else "the predicted risk"


def made_with(model: RiskModel) -> str:
    """Say how many patients a model was made with."""
    simulated = "simulated " if model.simulated else ""
    return f"made with {model.n:,} {simulated}patients and {model.events:,} events"


def interval_text(model: RiskModel) -> str:
    """Say what the interval is, and what it is not."""
    scale = "log odds" if model.kind == LOGISTIC else "logarithm of the cumulative hazard"
    return (
        "The 95 % interval is that of the mean risk of patients with these values, on the scale of "
        f"the {scale}; it knows how few patients the model was made with, and not whether the "
        "model is right."
    )
