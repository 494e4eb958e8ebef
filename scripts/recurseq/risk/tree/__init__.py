"""Conditional inference trees; these modules take arrays and know no study."""
