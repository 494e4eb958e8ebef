"""The design of a study: formula, contrasts, and the rule by which a gene is called."""
