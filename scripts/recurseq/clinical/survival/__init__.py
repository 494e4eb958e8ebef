"""Survival statistics as functions of arrays; they know neither a study nor a table."""
