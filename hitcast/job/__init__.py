"""The whole job: dbt, the steps of a run, the rebuild of a warehouse and the status of a home.

May import every floor below: `hitcast.core`, `hitcast.ingest`, `ml`, `hitcast.serving`.
"""
