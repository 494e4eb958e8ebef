"""How each gene behaves along the groups of a study."""
