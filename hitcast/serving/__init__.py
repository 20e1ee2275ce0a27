"""Published forecasts for readers: the published file, PostgreSQL, exports and alerts.

May import `hitcast.core`.
"""
