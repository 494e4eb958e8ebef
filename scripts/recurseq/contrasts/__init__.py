"""Contrasts as a user asks for them: tested on the model, checked, summed up."""
