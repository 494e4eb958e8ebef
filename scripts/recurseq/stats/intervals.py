"""Confidence intervals."""

NORMAL_975 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution
