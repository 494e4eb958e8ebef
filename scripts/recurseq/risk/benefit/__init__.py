"""Treatments compared within strata of risk: weights, pairs, balance, and what they cannot show."""
