"""Figures: tables in, matplotlib figures out. Nothing here computes a result."""
