"""Risk models: made in some patients, judged in others, and used on new ones."""
