"""Everything that moves data around dbt and `ml`: ingest, demo world, run, publish."""
