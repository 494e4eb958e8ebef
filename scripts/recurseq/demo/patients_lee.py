"""Liver cancer with extrahepatic metastasis: 277 patients, response assessed at two months.

Response changes the hazard only after its assessment. Who died before is written down as without a
response, as registries do: the naive comparison then makes non-responders of early deaths.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.demo.patients import (
    AT_LEAST,
    CAUTIONED,
    INTERVAL,
    SimulatedPatients,
    generator,
    months,
    numbered,
    truth_table,
    with_missing,
)

COHORT = 2
PATIENTS = 277
LOCAL, SIZE, ECOG = 0.591, 2.065, 1.543  # hazard ratios
SHAPE, SCALE, RESPONDING, ASSESSED = 1.15, 0.06, 0.42, 2.0
TIME_OF_RESPONDERS, TIME_OF_OTHERS = 1.3, 0.45  # factors of the time after the assessment
CENSORING = 110.0  # mean months


def simulate_lee(seed: int) -> SimulatedPatients:
    """Simulate the patients with metastasis.

    Parameters
    ----------
    seed
        Of the random numbers.
    """
    random = generator(seed, COHORT)
    n = PATIENTS
    responds = random.random(n) < RESPONDING
    local = random.random(n) < 0.45
    size = np.where(
        random.random(n) < 0.62, random.uniform(3.1, 14, n), random.uniform(0.8, 3.0, n)
    )
    ecog = random.choice([0, 1, 2, 3], n, p=[0.45, 0.37, 0.13, 0.05])
    effect = np.log(LOCAL) * local + np.log(SIZE) * (size > 3) + np.log(ECOG) * (ecog >= 2)
    drawn = -np.log(random.random(n)) / (SCALE * np.exp(effect - effect.mean()))
    early = drawn ** (1 / SHAPE)
    factor = np.where(responds, TIME_OF_RESPONDERS, TIME_OF_OTHERS)
    death = np.where(early < ASSESSED, early, ASSESSED + (early - ASSESSED) * factor)
    censored = random.exponential(CENSORING, n)
    time = np.minimum(death, censored)
    answer = np.where(responds & (time >= ASSESSED), "CR/PR", "SD/PD")
    clinical = pd.DataFrame(
        {
            "patient_id": numbered("L", n),
            "sex": random.choice(["male", "female"], n, p=[0.85, 0.15]),
            "age_years": np.clip(random.normal(55, 10, n), 25, 84).round().astype(int),
            "tumour_size_cm": size.round(1),
            "ecog": with_missing(ecog, 0.02, random),
            "local_treatment": np.where(local, "done", "none"),
            "response": answer,
            "response_months": ASSESSED,
            "os_months": months(time),
            "os_event": (death <= censored).astype(int),
        }
    )
    hidden = pd.DataFrame({"patient_id": clinical["patient_id"], "true_responder": responds})
    return SimulatedPatients(clinical, _truth(), hidden)


def _truth() -> pd.DataFrame:
    terms = "clinical/models/os/terms.tsv, ratio, model=time_varying"
    both = "clinical/models/os/terms.tsv, ratio, term=response: model=naive - model=landmark"
    return truth_table(
        [
            ("hazard ratio of local treatment", LOCAL, f"{terms}, term=local_treatment", INTERVAL),
            ("hazard ratio of a tumour above 3 cm", SIZE, f"{terms}, term=size_gt3", INTERVAL),
            ("hazard ratio of ECOG 2 or more", ECOG, f"{terms}, term=ecog_ge2", INTERVAL),
            ("bias of the naive hazard ratio of response", 0.0, both, AT_LEAST),
            ("response is cautioned", 1.0, "clinical/cautions.tsv, code=immortal_time", CAUTIONED),
        ]
    )
