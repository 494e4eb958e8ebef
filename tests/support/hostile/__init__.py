"""Hostile inputs: the ground they are tried on, the edits that make them, the tables of cases."""
