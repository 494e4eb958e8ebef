"""Genes: annotation, symbols, identifiers."""
