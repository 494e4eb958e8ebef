"""Statistics of outcomes of yes and no: arrays in, arrays out."""
