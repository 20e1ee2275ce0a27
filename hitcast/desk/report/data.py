"""What the report is made from: the latest backtest, the releases it tested, the demo world's truth, experiments."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from ml.classes import class_minimums
from ml.evaluation.leaderboard import evaluate
from ml.splits import REFERENCE_DAY, untouched_count

TABLES = (
    "ml.backtest_metrics",
    "ml.backtest_predictions",
    "ml.backtest_class_predictions",
    "ml.backtest_as_known",
    "ml.experiments",
    "releases",
    "stream_classes",
    "dataset_days",
)
SERVED, LINE = "hitcast", "log_linear"


@dataclass(frozen=True)
class Evidence:
    """One backtest and its surroundings.

    Attributes:
        run_id: Backtest run.
        evaluated_at: When it ended, UTC.
        data_through: Last day of data.
        metrics: Rows of `ml.backtest_metrics`, over all origins.
        untouched_metrics: The same metrics at the reference as-of day, over the untouched origins alone.
        streams: Rows of `ml.backtest_predictions` at the reference day, each with what the marts say of the release.
        classes: Rows of `ml.backtest_class_predictions`, likewise.
        origins: Origins in order of time.
        class_names: In rising order.
        minimums: Least streams of the middle and of the top class.
        costs: Cost of a false positive and of missing a hit.
        truth: Best possible forecasts of a demo world: `release_id`, `horizon_days`, `expected_log1p_streams`.
        experiments: Rows of `ml.experiments`, the latest run of each experiment.
        as_known: Rows of `ml.backtest_as_known`, the latest run; empty where there was none.
    """

    run_id: str
    evaluated_at: datetime
    data_through: date
    metrics: pd.DataFrame
    untouched_metrics: pd.DataFrame
    streams: pd.DataFrame
    classes: pd.DataFrame
    origins: tuple[date, ...]
    class_names: tuple[str, ...]
    minimums: tuple[float, float]
    costs: tuple[float, float]
    truth: pd.DataFrame | None
    experiments: pd.DataFrame
    as_known: pd.DataFrame

    @property
    def untouched(self) -> tuple[date, ...]:
        """The latest origins, which took part in no choice."""
        return _untouched(self.origins)


def _latest_run(metrics: pd.DataFrame, territory: str | None) -> pd.DataFrame:
    """Metrics of the territory's latest backtest; rows without one count as any territory's."""
    if territory and "territory" in metrics:
        metrics = metrics[metrics["territory"].fillna(territory) == territory]
    if metrics.empty:
        return metrics
    latest = metrics.sort_values("evaluated_at")["run_id"].iloc[-1]
    found: pd.DataFrame = metrics[metrics["run_id"] == latest].reset_index(drop=True)
    return found


def _untouched(origins: tuple[date, ...]) -> tuple[date, ...]:
    return origins[-untouched_count(len(origins)) :]


def read_evidence(settings: Settings, truth: Path | None) -> Evidence:
    """The latest backtest, by the time of its evaluation.

    Args:
        settings: Names the warehouse, the costs and the classes' horizon.
        truth: Parquet file with the best possible forecasts; None or a missing file where there are none.

    Raises:
        HitcastError: There is no backtest yet, or marts are missing.
    """
    with open_warehouse(settings, TABLES) as connection:

        def read(query: str, parameters: list[Any] | None = None) -> pd.DataFrame:
            frame: pd.DataFrame = connection.execute(query, parameters).to_arrow_table().to_pandas(date_as_object=False)
            return frame

        metrics = _latest_run(read("from ml.backtest_metrics"), settings.territory)
        if metrics.empty:
            raise HitcastError("no backtest yet", "ml.backtest_metrics", "Run `hitcast backtest` first")
        run_id = str(metrics["run_id"].iloc[0])
        chosen = [run_id, REFERENCE_DAY]
        streams = read("select * from ml.backtest_predictions where run_id = ? and as_of_day = ?", chosen)
        classes = read("select * from ml.backtest_class_predictions where run_id = ? and as_of_day = ?", chosen)
        releases = read("select release_id, release_date, label_name, genre from releases")
        stream_classes = read("select stream_class, minimum_streams from stream_classes order by minimum_streams")
        days = read("select data_through_date from dataset_days")
        experiments = _experiments(connection)
        as_known = _latest_run(read("from ml.backtest_as_known"), settings.territory)

    streams = streams.astype({"known_streams": "float64", "actual_streams": "float64"})
    streams, classes = (rows.merge(releases, on="release_id", how="left") for rows in (streams, classes))
    origins = tuple(sorted(streams["origin_date"].dt.date.unique()))
    names = tuple(stream_classes["stream_class"])
    costs = (settings.false_positive_cost, settings.false_negative_cost)
    late = [pd.Timestamp(origin) for origin in _untouched(origins)]
    dates = releases.set_index("release_id")["release_date"]
    parts = [rows[rows["origin_date"].isin(late)] for rows in (streams, classes)]
    return Evidence(
        run_id=run_id,
        evaluated_at=metrics["evaluated_at"].iloc[0].to_pydatetime(),
        data_through=days["data_through_date"].iloc[0].date(),
        metrics=metrics,
        untouched_metrics=evaluate(parts[0], parts[1], names, costs, dates),
        streams=streams,
        classes=classes,
        origins=origins,
        class_names=names,
        minimums=class_minimums(stream_classes),
        costs=costs,
        truth=_truth(truth),
        experiments=experiments,
        as_known=as_known,
    )


def _experiments(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Rows of the latest run of each experiment; empty where none was run."""
    frame: pd.DataFrame = (
        connection.execute(
            """
            select * from ml.experiments
            qualify evaluated_at = max(evaluated_at) over (partition by experiment)
            order by experiment, feature_set, horizon_days, metric_name, variant
            """
        )
        .to_arrow_table()
        .to_pandas(date_as_object=False)
    )
    return frame


def _truth(file: Path | None) -> pd.DataFrame | None:
    """What was knowable at the reference day of a demo world."""
    if file is None or not file.exists():
        return None
    truth = pd.read_parquet(file)
    return truth[truth["as_of_day"] == REFERENCE_DAY]
