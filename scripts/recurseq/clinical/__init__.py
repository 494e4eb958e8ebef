"""The clinical side: from a clinical table and assays to survival, associations and models."""
