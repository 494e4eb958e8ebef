"""Risk factors of resected patients, and the risk of hyper-progressive recurrence they carry.

Everything hangs on a latent aggressiveness of the tumour. The cut points and the effects of the
factors are assumptions: the study tells which nine they are, and neither their odds ratios nor how
its numbers were cut.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri

CENTRES = {"C1": 713, "C2": 560, "C3": 380, "C4": 260, "C5": 200, "C6": 480, "C7": 322, "C8": 210}
DEVELOPMENT = ("C1", "C2", "C3", "C4", "C5")
SCALE, CENTRE_SD, RISK = 1.3, 0.3, 0.177  # of the effects; of log odds; mean without a treatment
# Factor to its log odds ratio before scaling.
EFFECTS = {
    "young": 0.9,
    "afp_high": 1.1,
    "large": 1.2,
    "multiple": 1.4,
    "vascular_invasion": 1.6,
    "capsule_incomplete": 0.9,
    "mvi": 1.1,
    "ki67_high": 1.0,
    "complication": 0.7,
}
# Yes and no: share of patients with it, correlation of what lies behind it with aggressiveness.
BINARY = {
    "multiple": (0.22, 0.35),
    "vascular_invasion": (0.12, 0.45),
    "capsule_incomplete": (0.38, 0.30),
    "mvi": (0.38, 0.50),
    "complication": (0.16, 0.15),
}
CUTS = {"young": 45, "afp_high": 400, "large": 5, "ki67_high": 30}


def draw_centres() -> np.ndarray:
    """Return the centre of each patient, in the order of the centres."""
    return np.repeat(list(CENTRES), list(CENTRES.values()))


def draw_factors(n: int, random: np.random.Generator) -> pd.DataFrame:
    """Draw what is known at the operation and shortly after it.

    Parameters
    ----------
    n
        Patients.
    random
        Source of random numbers.

    Returns
    -------
    pandas.DataFrame
        Numbers as a clinic writes them, and true or false for the factors of `BINARY`.
    """
    latent = random.normal(size=n)

    def behind(loading: float) -> np.ndarray:
        return loading * latent + np.sqrt(1 - loading**2) * random.normal(size=n)

    numbers = {
        "age_years": np.clip(54 - 11 * behind(0.25), 19, 86).round(),
        "afp_ng_ml": np.clip(np.exp(4.2 + 2.4 * behind(0.40)), 0.6, 60500).round(1),
        "tumour_size_cm": np.clip(np.exp(1.55 + 0.55 * behind(0.40)), 0.6, 22).round(1),
        "ki67_pct": np.clip(24 + 14 * behind(0.45), 1, 95).round(),
    }
    answers = {name: behind(loading) > -ndtri(share) for name, (share, loading) in BINARY.items()}
    return pd.DataFrame(numbers | answers)


def dichotomised(factors: pd.DataFrame) -> pd.DataFrame:
    """Return the nine factors as true or false, in the order of `EFFECTS`."""
    cut = {
        "young": factors["age_years"] < CUTS["young"],
        "afp_high": factors["afp_ng_ml"] > CUTS["afp_high"],
        "large": factors["tumour_size_cm"] > CUTS["large"],
        "ki67_high": factors["ki67_pct"] > CUTS["ki67_high"],
    }
    return pd.DataFrame({name: cut.get(name, factors.get(name)) for name in EFFECTS})


def log_odds(factors: pd.DataFrame, centres: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return the log odds of HPR without adjuvant treatment, `RISK` on average.

    Parameters
    ----------
    factors
        As `draw_factors` returns them.
    centres
        Of each patient.
    random
        Source of the intercepts of the centres.
    """
    from scipy.optimize import brentq  # slow to import, and not every cohort is this one

    effects = SCALE * np.array(list(EFFECTS.values()))
    names, place = np.unique(centres, return_inverse=True)
    score = dichotomised(factors).to_numpy(float) @ effects
    score += random.normal(0, CENTRE_SD, len(names))[place]
    return score + brentq(lambda shift: expit(score + shift).mean() - RISK, -30, 10)
