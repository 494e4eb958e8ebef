"""Quality of a cohort before any model is fitted."""
