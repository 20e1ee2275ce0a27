"""Everything around the modelling."""
