"""Forecasting: reads the feature marts, writes the `ml` tables."""
