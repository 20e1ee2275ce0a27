"""What stands around the modelling."""
