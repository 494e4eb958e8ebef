"""What a call is worth: a second opinion, how many samples carry it, and what chance would call."""
