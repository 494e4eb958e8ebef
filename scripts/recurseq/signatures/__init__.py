"""Scores of gene sets in every sample, their differences, and what the samples are made of."""
