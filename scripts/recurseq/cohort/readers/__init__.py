"""Count files of every kind, read as one table."""
