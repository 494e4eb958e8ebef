"""Counts in: readers, checks, gene annotation and the assembled cohort."""
