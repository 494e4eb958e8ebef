"""The marker panel."""
