"""The report: one HTML page on the latest backtest.

May import `hitcast.core` and `ml`.
"""
