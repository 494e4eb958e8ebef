"""What every room may use: errors, text, versions, result tables, files written whole."""
