"""Calls of a study looked up in others, and what all of them say together of each gene."""
