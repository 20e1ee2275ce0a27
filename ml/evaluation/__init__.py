"""How good forecasts are: metrics, intervals of differences, backtests, comparisons and experiments."""
