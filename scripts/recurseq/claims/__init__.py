"""What was published, held against what this study sees."""
