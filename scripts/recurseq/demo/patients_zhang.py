"""Surgery after conversion: 150 patients of 15 centres, with dates.

Surgery is offered to responders who live until it; it lowers the hazard from its day on. Patients
who live longer are operated more often, so the naive comparison flatters it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.demo.patients import (
    CAUTIONED,
    DAYS_PER_MONTH,
    INTERVAL,
    SimulatedPatients,
    generator,
    numbered,
    truth_table,
)

COHORT = 3
PATIENTS, CENTRES, CENTRE_SD = 150, 15, 0.2
INVASION, EFFECTIVE, SURGERY = np.exp(0.40), np.exp(-0.40), 0.62  # hazard ratios
MEDIAN, OPERATED = 10.5, 0.60
FIRST_DAY = np.datetime64("2015-01-05")
ENTRY_DAYS = 1800  # the last visit of anybody is in 2024


def simulate_zhang(seed: int) -> SimulatedPatients:
    """Simulate the patients with a conversion treatment.

    Parameters
    ----------
    seed
        Of the random numbers.
    """
    random = generator(seed, COHORT)
    n = PATIENTS
    centre = random.integers(0, CENTRES, n)
    invasion, effective = random.random(n) < 0.45, random.random(n) < 0.5
    effect = np.log(INVASION) * invasion + np.log(EFFECTIVE) * effective
    effect = effect + random.normal(0, CENTRE_SD, CENTRES)[centre]
    without = random.exponential(MEDIAN / np.log(2) / np.exp(effect))
    offered = 2 + random.exponential(7, n)
    operated = effective & (random.random(n) < OPERATED) & (offered < without)
    death = np.where(operated, offered + (without - offered) / SURGERY, without)
    censored = random.uniform(8, 60, n)
    progression = random.exponential(0.55 * MEDIAN / np.log(2) / np.exp(effect))
    start = FIRST_DAY + random.integers(0, ENTRY_DAYS, n).astype("timedelta64[D]")
    seen = np.minimum(death, censored)
    treated = operated & (offered < seen)
    clinical = pd.DataFrame(
        {
            "patient_id": numbered("Z", n),
            "centre": [f"C{number + 1:02d}" for number in centre],
            "age_years": np.clip(random.normal(54, 11, n), 24, 82).round().astype(int),
            "portal_vein_invasion": invasion.astype(int),
            "first_line_response": np.where(effective, "CR/PR", "SD/PD"),
            "surgery": np.where(treated, "done", "none"),
            "treatment_date": _dates(start, np.zeros(n)),
            "surgery_date": _dates(start, np.where(treated, offered, np.nan)),
            "progression_date": _dates(start, np.where(progression < seen, progression, np.nan)),
            "death_date": _dates(start, np.where(death <= censored, death, np.nan)),
            "last_visit": _dates(start, seen),
        }
    )
    hidden = pd.DataFrame({"patient_id": clinical["patient_id"], "true_without_surgery": without})
    return SimulatedPatients(clinical, _truth(), hidden)


def _dates(start: np.ndarray, after: np.ndarray) -> list[str | None]:
    """Write dates some months after the start; no event on the very day."""
    days = np.where(after > 0, np.maximum(np.round(after * DAYS_PER_MONTH), 1), after)
    return [
        None if np.isnan(day) else str(first + np.timedelta64(int(day), "D"))
        for first, day in zip(start, days, strict=True)
    ]


def _truth() -> pd.DataFrame:
    terms = "clinical/models/os/terms.tsv, ratio, model=time_varying"
    return truth_table(
        [
            ("hazard ratio of surgery", SURGERY, f"{terms}, term=surgery", INTERVAL),
            ("hazard ratio of portal vein invasion", float(INVASION),
             f"{terms}, term=pvi", INTERVAL),
            ("hazard ratio of an effective first line", float(EFFECTIVE),
             f"{terms}, term=effective", INTERVAL),
            ("surgery is cautioned", 1.0, "clinical/cautions.tsv, code=immortal_time", CAUTIONED),
        ]
    )  # fmt: skip
