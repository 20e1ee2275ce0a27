"""The desk: the page and the JSON API over the published file, and the report.

May import `hitcast.core`, `hitcast.serving` and `ml`.
"""
