"""Everything that is checked before anything runs."""
