"""A second, smaller cohort of the same truth, in which the demo's calls are looked up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.demo.cohort import RECURRENCE, Cohort
from recurseq.demo.plan import UNNAMED, plan_genes
from recurseq.demo.simulate import Simulation, simulate_samples
from recurseq.design.contrast import Contrast

EACH = 7  # samples of each compared group
DEPTH = 0.6  # of its libraries, over those of the first cohort
OWN_NOISE = 2  # tells its random numbers from those of the first cohort of the same seed


def second_sheet(contrast: Contrast) -> pd.DataFrame:
    """Return the sample sheet of the second cohort: seven patients of each compared group."""
    levels = [*contrast.denominator, *contrast.numerator]
    names = [f"R{place:02d}" for place in range(1, EACH * len(levels) + 1)]
    sexes = np.tile(["male", "female", "male"], len(names))[: len(names)]
    return pd.DataFrame(
        {
            "sample_id": names,
            "group": np.repeat(levels, EACH),
            "batch": "C1",  # all of them in one
            "sex": sexes,
        }
    )


def simulate_second(
    sheet: pd.DataFrame, seed: int, annotation: pd.DataFrame, cohort: Cohort = RECURRENCE
) -> Simulation:
    """Simulate other patients from the truth of the demo study, in shallower libraries.

    Means, fold changes and loadings of every gene are those of the first cohort; what is drawn for
    a sample (purity, the factors, which tumours are in a subset, noise) is its own. The tissue that
    was carried over into a sample of the first cohort was an accident of its own too.

    Parameters
    ----------
    sheet
        From `second_sheet`.
    seed, annotation, cohort
        Those of the first cohort, see `recurseq.demo.simulate.simulate`.
    """
    genes = plan_genes(annotation, np.random.default_rng(seed), cohort)
    clean = genes["programme"].mask(genes["programme"] == "contamination", UNNAMED[0])
    shallow = genes.assign(programme=clean, mean=DEPTH * genes["mean"])
    return simulate_samples(shallow, sheet, np.random.default_rng([seed, OWN_NOISE]), cohort)
