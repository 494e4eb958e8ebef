"""Genes that go together: pairs and sets, within groups and given covariates, and double-high."""
