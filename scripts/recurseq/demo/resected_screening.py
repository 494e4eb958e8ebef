"""Who was screened for the study of resected patients, and why most were left out.

The numbers at the two ends are those of the study; how many each reason took is an assumption.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SCREENED = 16_158
# Column to its value in all who are analysed.
ELIGIBLE = {
    "treatment": "resection",
    "histology": "HCC",
    "margin": "R0",
    "earlier_treatment": "no",
    "extrahepatic": "no",
    "records": "complete",
}
# Column to the values that leave a patient out, and how many each takes.
LEFT_OUT = {
    "treatment": {"TACE": 4610, "ablation": 2304, "systemic": 1391, "supportive": 600},
    "histology": {"cholangiocarcinoma": 702, "mixed": 208, "metastasis": 330},
    "margin": {"R1": 1198, "R2": 188},
    "earlier_treatment": {"yes": 850},
    "extrahepatic": {"yes": 318},
    "records": {"incomplete": 334},
}


def draw_left_out(centres: pd.Series, random: np.random.Generator) -> pd.DataFrame:
    """Draw the patients who were screened and are not analysed.

    Parameters
    ----------
    centres
        Share of the patients of each centre.
    random
        Source of random numbers.

    Returns
    -------
    pandas.DataFrame
        The columns of `ELIGIBLE`, of which one has another value, with centre, sex and age.
    """
    rows = [
        ELIGIBLE | {column: value}
        for column, values in LEFT_OUT.items()
        for value, count in values.items()
        for _ in range(count)
    ]
    table = pd.DataFrame(rows)
    n = len(table)
    not_operated = table["treatment"] != ELIGIBLE["treatment"]
    table.loc[not_operated, ["histology", "margin"]] = None  # there is no specimen
    return table.assign(
        centre=random.choice(centres.index.to_numpy(), n, p=centres.to_numpy()),
        sex=np.where(random.random(n) < 0.81, "male", "female"),
        age_years=np.clip(random.normal(56, 12, n), 18, 90).round(),
    )
