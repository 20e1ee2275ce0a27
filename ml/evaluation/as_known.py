"""Backtest as known: forecasts from what had been delivered at each origin, beside the same from today's data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from hitcast.core.errors import HitcastError
from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment, write_tables
from hitcast.core.words import is_unknown
from ml.data import Marts, modelling_frame, read_marts
from ml.evaluation.bootstrap import paired_interval, release_weeks
from ml.evaluation.metrics import inside, rmsle
from ml.fit import fit_bundle
from ml.registry import tracking
from ml.score import score, scored_rows
from ml.splits import plan_folds
from ml.stressed import read_stressed
from ml.studies import tuned_parameters

AGES: Mapping[str, tuple[int, int]] = {
    "all": (0, 10_000),
    "0-2": (0, 2),
    "3-6": (3, 6),
    "7-13": (7, 13),
    "14 on": (14, 10_000),
}
"""Groups of days since release, by name: first and last day."""
FIGURES = ("predicted_streams", "lower_80", "upper_80", "lower_90", "upper_90")
LEVELS = (80, 90)
MIN_WEEKS = 10
"""Release weeks that an interval needs."""
LEGEND = (
    "RMSLE: from what had been delivered by the end of the origin's day. restated: the same releases on the same day, "
    "from today's data. ratio: the former over the latter; above 1, today's data flatter the forecasts. In brackets "
    f"the 95 % interval of a bootstrap over release weeks, from {MIN_WEEKS} of them. in 80%, in 90%: share of true "
    "totals inside the interval, then the same restated."
)


@dataclass(frozen=True)
class AsKnownResult:
    """What a backtest as known found.

    Attributes:
        run_id: MLflow run, and key of the rows written.
        metrics: Rows of `ml.backtest_as_known`.
        notes: Origins that were left out, and why.
    """

    run_id: str
    metrics: pd.DataFrame
    notes: tuple[str, ...]

    def render(self) -> Group:
        """The figures as tables within 80 columns, and the sentence of the report."""
        table = Table(
            title="As known at the origin, beside today's data: releases that were open, by days since release",
            title_justify="left",
            width=80,
            box=None,
            pad_edge=False,
            padding=(0, 1, 0, 0),
        )
        for heading in ("days", "out", "releases", "RMSLE", "restated", "ratio", "in 80%", "in 90%"):
            table.add_column(heading, justify="right" if heading not in ("days", "out") else "left", no_wrap=True)
        for row in self.metrics.to_dict("records"):
            ratio = f"{row['rmsle_ratio']:.2f}"
            if not is_unknown(row["rmsle_ratio_lower_95"]):
                ratio += f" [{row['rmsle_ratio_lower_95']:.2f}, {row['rmsle_ratio_upper_95']:.2f}]"
            held = (f"{row[f'coverage_{level}']:.2f}, {row[f'restated_coverage_{level}']:.2f}" for level in LEVELS)
            errors = (f"{row['rmsle']:.3f}", f"{row['restated_rmsle']:.3f}", ratio)
            cells = (str(row["horizon_days"]), str(row["age_group"]), f"{row['release_count']:,}")
            table.add_row(*cells, *errors, *held)
        return Group(*map(Text, self.notes), table, Text(LEGEND), Text(sentence(self.metrics)))


def origins(settings: Settings) -> tuple[date, ...]:
    """Origins of the backtest, in order of time.

    Raises:
        HitcastError: Marts are missing, or history is too short even for weekly origins.
    """
    marts = read_marts(settings)
    frame = modelling_frame(marts, settings.horizons)
    return tuple(fold.origin for fold in plan_folds(frame, settings.horizons, marts.data_through).folds)


def forecasts_as_known(settings: Settings, then: Settings, origin: date) -> pd.DataFrame:
    """Forecasts of the releases that were open at an origin, from the data of that time and from today's.

    Both are trained on the day that `hitcast run` would have trained on then, and forecast on the day after the last
    one delivered; the outcome is today's.

    Args:
        settings: The home as it is.
        then: The warehouse built from what had been delivered by the end of the origin's day.
        origin: The origin.

    Returns:
        A row for each release and horizon whose total is known: `origin_date`, `as_of_date`, `release_id`,
        `release_date`, `age` in days, `horizon_days`, `actual_streams`, and `FIGURES` as known and as
        `restated_<name>`, NaN where the release was refused.

    Raises:
        HitcastError: What had been delivered does not suffice to train.
    """
    marts, today = (_with_stressed(each) for each in (then, settings))
    as_of, cutoff = marts.latest_day + timedelta(days=1), marts.data_through + timedelta(days=1)
    tuned = tuned_parameters(settings, cutoff)
    found = {}
    for name, data, places in (("", marts, then), ("restated_", today, settings)):
        bundle = fit_bundle(data, places, cutoff, lambda line: None, tuned)
        forecast = score(bundle, scored_rows(data, bundle, as_of)[0]).reindex(
            columns=["release_id", "horizon_days", *FIGURES]
        )
        found[name] = forecast.set_index(["release_id", "horizon_days"])[list(FIGURES)].add_prefix(name)
    rows = _open_releases(marts, today, as_of, settings.horizons).assign(origin_date=pd.Timestamp(origin))
    for forecast in found.values():
        rows = rows.join(forecast, on=["release_id", "horizon_days"])
    return rows


def _with_stressed(settings: Settings) -> Marts:
    marts = read_marts(settings)
    return replace(marts, stressed=read_stressed(settings, marts))


def _open_releases(then: Marts, today: Marts, as_of: date, horizons: tuple[int, ...]) -> pd.DataFrame:
    """Releases of the catalog of that time that were out and whose window was open, with today's outcome."""
    releases = then.releases[~then.releases["is_reissue"].fillna(False).astype(bool)]
    age = (pd.Timestamp(as_of) - releases["release_date"]).dt.days
    rows = releases.assign(as_of_date=pd.Timestamp(as_of), age=age)[["release_id", "release_date", "as_of_date", "age"]]
    totals = today.targets.dropna(subset="streams").rename(columns={"streams": "actual_streams"})
    rows = rows.merge(totals[["release_id", "horizon_days", "actual_streams"]], on="release_id")
    is_open = (rows["age"] >= 0) & (rows["age"] < rows["horizon_days"]) & rows["horizon_days"].isin(horizons)
    return rows[is_open].reset_index(drop=True)


def write_as_known(settings: Settings, forecasts: Iterable[pd.DataFrame], notes: Iterable[str]) -> AsKnownResult:
    """Judges the forecasts of all origins, and keeps the figures.

    Raises:
        HitcastError: No release was forecast both ways.
    """
    metrics = as_known_metrics(pd.concat(list(forecasts), ignore_index=True))
    if metrics.empty:
        cure = "As-known figures need deliveries of that time: `hitcast ingest --delivered-on`"
        raise HitcastError("no release that was open at an origin was forecast both ways", "--as-known", cure)
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "backtest as known") as run_id:
        metrics = metrics.assign(
            run_id=run_id,
            evaluated_at=moment_after(latest_moment(settings, "backtest_as_known", "evaluated_at")),
            territory=settings.territory,
        )
        ratios = metrics[metrics["age_group"] == "all"].set_index("horizon_days")["rmsle_ratio"]
        figures = {f"rmsle_ratio/{horizon}": float(ratio) for horizon, ratio in ratios.items()}
        tracking.log_figures(client, run_id, {"origins": int(metrics["origin_count"].max())}, figures)
        write_tables(settings, {"backtest_as_known": metrics})
    return AsKnownResult(run_id, metrics, tuple(notes))


def as_known_metrics(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Figures by horizon and days since release, in the columns of `ml.backtest_as_known` but run_id and time.

    Errors and coverage are of the releases that are forecast both ways.
    """
    rows = []
    for horizon, part in forecasts.groupby("horizon_days"):
        for name, (first, last) in AGES.items():
            found = part[part["age"].between(first, last)]
            if found[["predicted_streams", "restated_predicted_streams"]].notna().all(axis="columns").any():
                rows.append({"horizon_days": horizon, "age_group": name, **_figures(found)})
    return pd.DataFrame(rows)


def _figures(rows: pd.DataFrame) -> dict[str, Any]:
    made = rows[rows[["predicted_streams", "restated_predicted_streams"]].notna().all(axis="columns")]
    actual, weeks = made["actual_streams"].to_numpy(dtype=float), release_weeks(made["release_date"])
    errors = [(np.log1p(made[name].to_numpy(dtype=float)) - np.log1p(actual)) ** 2 for name in _both(FIGURES[0])]
    values = [rmsle(actual, made[name].to_numpy(dtype=float)) for name in _both(FIGURES[0])]
    ends = _interval(np.column_stack(errors), weeks, lambda sums: np.sqrt(sums[:, 0] / sums[:, 1]))
    figures = {
        "first_origin": made["origin_date"].min(),
        "last_origin": made["origin_date"].max(),
        "origin_count": made["origin_date"].nunique(),
        "release_count": len(made),
        "week_count": len(np.unique(weeks)),
        "refused_share": float(rows[FIGURES[0]].isna().mean()),
        "restated_refused_share": float(rows[f"restated_{FIGURES[0]}"].isna().mean()),
        "rmsle": values[0],
        "restated_rmsle": values[1],
        "rmsle_ratio": values[0] / values[1] if values[1] else np.nan,
        "rmsle_ratio_lower_95": ends[0],
        "rmsle_ratio_upper_95": ends[1],
    }
    for level in LEVELS:
        lower, upper = (_both(f"{end}_{level}") for end in ("lower", "upper"))
        held = [
            inside(actual, made[low].to_numpy(dtype=float), made[high].to_numpy(dtype=float)).astype(float)
            for low, high in zip(lower, upper, strict=True)
        ]
        sums = np.column_stack([held[0] - held[1], np.ones(len(made))])
        ends = _interval(sums, weeks, lambda sums: sums[:, 0] / sums[:, 1])
        figures |= {
            f"coverage_{level}": float(held[0].mean()),
            f"restated_coverage_{level}": float(held[1].mean()),
            f"coverage_{level}_gap": float((held[0] - held[1]).mean()),
            f"coverage_{level}_gap_lower_95": ends[0],
            f"coverage_{level}_gap_upper_95": ends[1],
        }
    return figures


def _both(name: str) -> tuple[str, str]:
    return name, f"restated_{name}"


def _interval(
    sums: np.ndarray, weeks: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray]
) -> tuple[float, float]:
    if len(np.unique(weeks)) < MIN_WEEKS:
        return float("nan"), float("nan")
    return paired_interval(sums, weeks, statistic)


def sentence(metrics: pd.DataFrame) -> str:
    """What restated data hide, in one sentence; empty without figures.

    Args:
        metrics: Rows of `ml.backtest_as_known` of one run, or of the published `as_known_performance`.
    """
    rows = metrics[metrics["age_group"] == "all"].sort_values("horizon_days").to_dict("records")
    if not rows:
        return ""
    parts = []
    for row in rows:
        share = f"{row['rmsle_ratio'] - 1:+.1%}".replace("%", " %")
        if is_unknown(row["rmsle_ratio_lower_95"]):
            ends = "too few release weeks for an interval"
        else:
            low, high = (f"{100 * (row[f'rmsle_ratio_{end}_95'] - 1):+.1f}" for end in ("lower", "upper"))
            ends = f"95 % interval {low} to {high} %"
        held = f"{row['coverage_90']:.0%} inside the 90 % interval, {row['restated_coverage_90']:.0%} restated"
        parts.append(
            f"{row['horizon_days']} days: RMSLE {share} ({ends}), {held.replace('%', ' %').replace('  ', ' ')}"
        )
    first, last = (pd.Timestamp(rows[0][name]).date() for name in ("first_origin", "last_origin"))
    count = int(rows[-1]["release_count"])
    return (
        f"Forecast from what had been delivered at the origins {first} to {last} instead of today's data, "
        f"{count:,} releases: {'; '.join(parts)}."
    )
