"""What is published: tables with their keys, what publishing adds to the marts, and views of one horizon."""

from collections.abc import Mapping

import duckdb

PUBLISHED_TABLES: Mapping[str, tuple[str, ...]] = {
    "release_predictions": ("release_id", "horizon_days"),
    "forecast_quantiles": ("release_id", "horizon_days", "level"),
    "release_trajectories": ("release_id", "days_since_release"),
    "portfolio_forecasts": ("portfolio_kind", "portfolio_id", "release_month", "horizon_days"),
    "prediction_history": ("run_id", "release_id", "horizon_days"),
    "prediction_drivers": ("run_id", "release_id", "horizon_days", "driver_kind", "driver_rank"),
    "similar_releases": ("run_id", "release_id", "horizon_days", "similarity_rank"),
    "model_performance": (
        "evaluation", "release_month", "task", "feature_set", "model_name", "as_of_day", "horizon_days", "metric_name",
    ),
    "backtest_forecasts": (
        "task", "model_name", "feature_set", "as_of_day", "horizon_days", "origin_date", "release_id",
    ),
    "feature_drift": ("feature_name",),
    "stress_performance": ("state", "as_of_day", "horizon_days"),
    "as_known_performance": ("horizon_days", "age_group"),
    "backtest_groups": ("feature_set", "as_of_day", "horizon_days", "group_kind", "group_name"),
    "experiment_findings": ("experiment", "feature_set", "horizon_days", "metric_name", "variant"),
    "campaigns": ("promoted_upc", "promoted_isrc", "campaign_name", "channel", "start_date"),
    "releases": ("release_id",),
    "release_days": ("release_id", "day_number"),
    "release_date_checks": ("release_id",),
    "delivered_days": ("raw_table", "delivered_day"),
    "stream_classes": ("stream_class",),
    "promotion_costs": ("false_positive_cost",),
    "decisions": ("release_id",),
    "promotion_effects": ("release_id", "spend"),
    "promotion_plan": ("release_id",),
}  # fmt: skip
"""Marts that are published, each with its key, as the tests of its YAML hold it."""
OWN_TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "rejected_rows": (
        "Rows that ingest rejected, counted: one row per raw table, delivery, file and reason.",
        {
            "raw_table": ("varchar", "Raw table that they were meant for."),
            "file_name": ("varchar", "Vendor's file."),
            "reason": ("varchar", "Why they were rejected."),
            "row_count": ("bigint", "Rows rejected."),
            "delivered_at": ("timestamp", "When the file was ingested, UTC."),
        },
    ),
    "publish_info": (
        "What this publication holds: one row per table.",
        {
            "table_name": ("varchar", "Published table."),
            "row_count": ("bigint", "Its rows."),
            "data_through_date": ("date", "Last day of data."),
            "published_at": ("timestamp", "When it was published, UTC; the same for all tables."),
            "run_id": ("varchar", "Latest scoring run; null before the first."),
            "model_name": ("varchar", "Registered model and version that scored it."),
            "previous_published_at": (
                "timestamp",
                "When another scoring run was last published, UTC; null before that.",
            ),
            "territory": ("varchar", "Territory that the figures are of."),
            "previous_run_id": ("varchar", "Scoring run published then; null before that."),
            "format_version": ("integer", "Format of the published tables; a reader that knows it reads them rightly."),
            "is_demo": ("boolean", "Whether a made-up label's world was published, as `hitcast demo-data` writes it."),
            "marts_built_at": ("timestamp", "When the tables were built that were published, UTC."),
        },
    ),
}
"""What publishing adds to the marts: name, meaning, and columns with type and meaning."""
PUBLISHED_FORMAT = 2
"""Of the published tables; raised when a reader of before would misread them. Files of before bear no number."""
OWN_KEYS: Mapping[str, tuple[str, ...]] = {
    "rejected_rows": ("raw_table", "file_name", "reason", "delivered_at"),
    "publish_info": ("table_name",),
}


def views(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Views of one horizon of `release_predictions` each, by name: nobody then adds two horizons up."""
    found = connection.execute("select distinct horizon_days from release_predictions order by horizon_days").fetchall()
    return {f"release_predictions_{horizon}d": horizon for (horizon,) in found}
