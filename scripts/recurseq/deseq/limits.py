"""Bounds that R DESeq2 puts on fits."""

import numpy as np

MINIMUM_DISPERSION = 1e-8
MINIMUM_MEAN = 0.5  # while fitting
RIDGE = 1e-6 / np.log(2) ** 2  # natural-log scale; R's 1e-6 is on the log2 scale
OUTLIER_DEVIATIONS = 2.0  # standard deviations above the trend: such a dispersion is not shrunken
