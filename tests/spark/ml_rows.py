"""Rows of the tables that the Python layer writes, the same for both engines: made up, typed as their source says."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import yaml

from hitcast.core.home import PROJECT_DIR, Home

KEYS = {
    "predictions": ["run_id", "release_id", "horizon_days"],
    "forecast_quantiles": ["run_id", "release_id", "horizon_days", "level"],
    "trajectories": ["run_id", "release_id", "days_since_release"],
    "portfolio_forecasts": ["run_id", "portfolio_kind", "portfolio_id", "release_month", "horizon_days"],
    "prediction_drivers": ["run_id", "release_id", "horizon_days", "driver_kind", "driver_rank"],
    "similar_releases": ["run_id", "release_id", "horizon_days", "similarity_rank"],
    "uplift": ["run_id", "release_id", "spend"],
    "promotion_plan": ["run_id", "release_id"],
    "backtest_predictions": ["run_id", "feature_set", "model_name", "release_id", "as_of_day", "horizon_days"],
    "backtest_class_predictions": ["run_id", "feature_set", "model_name", "release_id", "as_of_day", "horizon_days"],
    "backtest_metrics": ["run_id", "task", "feature_set", "model_name", "as_of_day", "horizon_days", "metric_name"],
    "backtest_stress": ["run_id", "state", "as_of_day", "horizon_days"],
    "backtest_as_known": ["run_id", "horizon_days", "age_group"],
    "backtest_groups": ["run_id", "feature_set", "as_of_day", "horizon_days", "group_kind", "group_name"],
    "experiments": ["run_id", "feature_set", "horizon_days", "metric_name", "variant"],
    "feature_drift": ["run_id", "feature_name"],
}
CHOICES: dict[str, list[Any]] = {
    "run_id": ["run_1", "run_2", "run_3"],
    "model_name": ["hitcast", "lightgbm", "log_linear"],
    "feature_set": ["tiktok", "tiktok_vk"],
    "horizon_days": [14, 30],
    "as_of_day": [1, 3, 7],
    "level": [0.05, 0.5, 0.95],
    "days_since_release": list(range(1, 31)),
    "portfolio_kind": ["all", "month", "label", "label_month", "artist", "artist_month"],
    "driver_kind": ["feature", "group", "base"],
    "driver_rank": [1, 2, 3, 4],
    "similarity_rank": [1, 2, 3],
    "feature_name": ["tiktok_views_total", "genre", "artist's own"],
    "predicted_class": ["low", "medium", "high"],
    "metric_name": ["rmsle", "mape"],
    "task": ["streams", "classes"],
    "age_group": ["all", "0-2", "14 on"],
}
# as each run made all its rows at one moment
MOMENTS = {"run_1": "2021-06-01 10:00:00", "run_2": "2021-06-02 10:00:00.123456", "run_3": "2021-06-03 10:00:00"}
# run_3 is another territory's, which no mart shows; run_1 is older than the column
TERRITORIES = {"run_1": None, "run_2": "RU", "run_3": "KZ"}
# text that a contract wants known
KNOWN = ("reason", "reason_ru")
ROWS = 400


def write_ml_rows(home: Home, folder: Path, releases: list[str]) -> None:
    """Fills `ml.*` of both warehouses with the same rows, some of whose measures are unknown."""
    folder.mkdir()
    for table, columns in _columns().items():
        frame = _rows(np.random.default_rng(len(table)), table, columns, releases)
        with duckdb.connect(str(home.warehouse)) as warehouse:
            warehouse.register("made_up", frame)
            casts = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
            warehouse.execute(f"insert into ml.{table} by name select {casts} from made_up")
            warehouse.execute(f"copy ml.{table} to '{folder / table}.parquet' (format parquet)")
    called = [sys.executable, "-m", "tests.spark.insert", str(home.root), str(folder)]
    inserted = subprocess.run(called, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert inserted.returncode == 0, inserted.stderr[-3000:]


def _columns() -> dict[str, dict[str, str]]:
    source = yaml.safe_load((PROJECT_DIR / "models" / "staging" / "ml" / "_ml__sources.yml").read_text())["sources"][0]
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]}
        for table in source["tables"]
    }


def _rows(random: np.random.Generator, table: str, columns: dict[str, str], releases: list[str]) -> pd.DataFrame:
    made = {name: _values(random, name, kind, releases) for name, kind in columns.items()}
    frame = pd.DataFrame(made)
    for name, kind in columns.items():
        if name == "territory":
            frame[name] = frame["run_id"].map(TERRITORIES)
        elif kind in ("timestamp", "date") and "run_id" in frame and name != "origin_date":
            frame[name] = pd.to_datetime(frame["run_id"].map(MOMENTS), format="ISO8601")
        elif name not in (*KEYS[table], *CHOICES, *KNOWN) and not name.endswith("release_id"):
            frame[name] = frame[name].mask(random.random(ROWS) < 0.1)
    return frame.drop_duplicates(KEYS[table])


def _values(random: np.random.Generator, name: str, kind: str, releases: list[str]) -> Any:
    if name in CHOICES:
        return random.choice(CHOICES[name], ROWS)
    if name.endswith("release_id"):
        return random.choice(releases, ROWS)
    days = pd.Timestamp("2021-04-01") + pd.to_timedelta(random.integers(0, 30, ROWS), unit="D")
    return {
        "bigint": pd.array(random.integers(0, 10**6, ROWS), dtype="Int64"),
        "integer": pd.array(random.integers(0, 10**6, ROWS), dtype="Int64"),
        "double": random.uniform(0, 10**6 if name.endswith("streams") else 1, ROWS),
        "boolean": pd.array(random.random(ROWS) < 0.5, dtype="boolean"),
        "timestamp": days,
        "date": days,
        "varchar": pd.Series(random.choice(["it's; so", "просто", "a \\ b", ""], ROWS), dtype=object),
    }[kind]
