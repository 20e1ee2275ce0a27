"""The marts as modelling reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from hitcast.core.builds import (
    FEATURE_VARIABLES,
    FeatureOrigin,
    feature_origin,
    read_builds,
    stop_if_stale,
    stop_on_other_variables,
)
from hitcast.core.errors import BUILD_MARTS, HitcastError
from hitcast.core.settings import Settings
from hitcast.core.sql import fill_file
from hitcast.core.warehouse import open_warehouse

FEATURE_SETS: Mapping[str, frozenset[str]] = {
    "tiktok": frozenset({"vk_early", "tiktok_likes"}),
    "tiktok_vk": frozenset({"tiktok_likes"}),
}
"""Named feature sets, each by the feature groups that it leaves out."""

KEYS = ("release_id", "as_of_day", "release_date", "as_of_date", "is_reissue")
STATES = (
    "vk_streams_known",
    "vk_missing_days",
    "vk_days_behind",
    "vk_missing_of_last_three_days",
    "tiktok_missing_days",
    "tiktok_days_behind",
    "tiktok_missing_of_last_three_days",
)
"""Columns of `release_features` that say what is known; no features."""
MARTS = (
    "release_features",
    "release_targets",
    "feature_catalog",
    "releases",
    "stream_classes",
    "dataset_days",
    "release_date_checks",
)
SPEAK_ON_DAY_0 = ("tiktok_teaser_views_total", "artist_mean_log_streams")
SEASONS = pd.Timedelta(days=700)
"""Span of training releases from which every season has been seen twice, but for the last window's maturity."""


@dataclass(frozen=True)
class Marts:
    """What modelling reads.

    Attributes:
        features: One row per release and as-of day; numeric features as float64, categorical ones as text without gaps.
        targets: One row per release and horizon; `streams` is NaN until the window is mature, `training_streams` also
            holds totals of windows of which a few days, `missing_days`, are estimated.
        catalog: One row per feature, ordered by `position`.
        releases: One row per release.
        classes: Stream classes by rising `minimum_streams`.
        data_through: Last day that every source has delivered.
        latest_day: Last day that any source has delivered.
        wrong_dates: Why a release is refused for its date, by release; releases whose date is known are not there.
        moved_dates: Day of the first streams, by release, where it stands for the catalog's date.
        delivery_number: Number of the last delivery.
        origin: What features and targets were computed by.
        stressed: Features with days taken away, from `ml.stressed`; None where nobody asked for them.
    """

    features: pd.DataFrame
    targets: pd.DataFrame
    catalog: pd.DataFrame
    releases: pd.DataFrame
    classes: pd.DataFrame
    data_through: date
    latest_day: date
    wrong_dates: Mapping[str, str]
    moved_dates: Mapping[str, date]
    delivery_number: int
    origin: FeatureOrigin = field(default_factory=FeatureOrigin)
    stressed: pd.DataFrame | None = None


@dataclass(frozen=True)
class Columns:
    """Columns that a feature set trains on, in the catalog's order."""

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]

    @property
    def all(self) -> list[str]:
        """Numeric columns, then categorical ones."""
        return [*self.numeric, *self.categorical]


def read_marts(settings: Settings) -> Marts:
    """The marts as pandas frames.

    Raises:
        HitcastError: Warehouse or marts are missing, empty, without activity of the territory, were built with other
            variables than the settings', or do not fit the feature catalog.
    """
    builds = read_builds(settings)
    with open_warehouse(settings, MARTS) as connection:

        def read(query: str, parameters: dict[str, int] | None = None) -> pd.DataFrame:
            rows = connection.execute(query, parameters).to_arrow_table()
            frame: pd.DataFrame = rows.to_pandas(date_as_object=False)
            return frame

        # a release that is not out yet has a row of as-of day 0 all the same
        features = read(fill_file(__file__, "known_features"), {"last": max(settings.horizons) - 1})
        targets = read(
            "select release_id, horizon_days, streams, training_streams, missing_days, is_mature from release_targets "
            "order by release_id, horizon_days"
        )
        catalog = read("select feature_name, feature_group, feature_kind from feature_catalog order by position")
        releases = read(
            "select release_id, release_date, is_reissue, artist_id, artist_name, label_name from releases "
            "order by release_date, release_id"
        )
        classes = read("select stream_class, minimum_streams from stream_classes order by minimum_streams")
        wrong = read("select release_id, reason from release_date_checks where is_date_wrong")
        moved = read("select release_id, release_date from release_date_checks where is_date_moved")
        days = read(
            "select data_through_date, greatest(tiktok_data_through_date, vk_data_through_date) as latest_day, "
            "last_delivery_number from dataset_days"
        )

    stop_on_other_variables(builds, settings.variables, FEATURE_VARIABLES, "release_features")
    stop_if_stale(builds)
    if releases.empty or features.empty:
        raise HitcastError("no releases yet", cure="Run `hitcast ingest` first")
    if days.empty or days["data_through_date"].isna().all():
        raise HitcastError("no day of activity and streams yet", cure="Run `hitcast ingest` first")
    _stop_without_activity(features, targets, settings.territory)
    _stop_on_other_choices(settings, classes, targets)
    for name in ("streams", "training_streams", "missing_days"):
        targets[name] = targets[name].astype("float64")
    return Marts(
        features=with_types(features, catalog),
        targets=targets,
        catalog=catalog,
        releases=releases,
        classes=classes,
        data_through=days["data_through_date"].iloc[0].date(),
        latest_day=days["latest_day"].iloc[0].date(),
        wrong_dates=dict(zip(wrong["release_id"], wrong["reason"], strict=True)),
        moved_dates=dict(zip(moved["release_id"], moved["release_date"].dt.date, strict=True)),
        delivery_number=int(days["last_delivery_number"].iloc[0]),
        origin=feature_origin(builds),
    )


def _stop_on_other_choices(settings: Settings, classes: pd.DataFrame, targets: pd.DataFrame) -> None:
    """Stops where the marts lack the classes or horizons that the settings ask for."""
    if len(classes) != 3:
        raise HitcastError(f"expected three stream classes, found {len(classes)}", "stream_classes", "Edit the seed")
    if settings.class_horizon not in settings.horizons:
        raise HitcastError(
            f"class_horizon {settings.class_horizon} is not one of the horizons {list(settings.horizons)}",
            "dbt_project.yml",
            "Set both with --vars",
        )
    absent = sorted(set(settings.horizons) - set(targets["horizon_days"]))
    if absent:
        raise HitcastError(f"no targets for horizons {absent}", "release_targets", "Run dbt with the same `horizons`")


def _stop_without_activity(features: pd.DataFrame, targets: pd.DataFrame, territory: str | None) -> None:
    """Stops where every count is 0 or unknown: of another territory's reports nothing would be forecast but zeros."""
    counts = [features[name] for name in ("tiktok_views_total", "vk_streams_total") if name in features]
    if any((count > 0).any() for count in (*counts, targets["streams"])):
        return
    if not any((features["as_of_day"] > unknown_days(features, platform)).any() for platform in ("tiktok", "vk")):
        first, last = (day.date() for day in (features["release_date"].min(), features["release_date"].max()))
        raise HitcastError(
            f"releases are dated {first} to {last}, and no day of their windows has been delivered",
            "release_features",
            "Deliver those days, or a catalog with the right dates or newer releases, with `hitcast ingest`; "
            "`hitcast status` says which days have come",
        )
    raise HitcastError(
        f"no activity of territory {territory} on any recording of the catalog",
        "release_features",
        "Set `territory` to that of the reports (--vars '{territory: ...}', or dbt_project.yml), "
        "and see that their ISRCs are the catalog's",
    )


def unknown_days(features: pd.DataFrame, platform: str) -> pd.Series:
    """Days before the as-of day that a platform has not delivered whole, late ones too."""
    counts: pd.Series = features[[f"{platform}_missing_days", f"{platform}_days_behind"]].sum(axis="columns")
    return counts


def with_types(features: pd.DataFrame, catalog: pd.DataFrame) -> pd.DataFrame:
    """Features as the catalog declares them, and what says how much is known."""
    absent = sorted(set(catalog["feature_name"]) - set(features.columns))
    if absent:
        raise HitcastError(f"features without a column: {', '.join(absent)}", "feature_catalog", BUILD_MARTS)
    unknown = sorted(set(catalog["feature_kind"]) - {"numeric", "categorical"})
    if unknown:
        raise HitcastError(
            f"unknown feature kind {', '.join(unknown)}", "feature_catalog", "Use 'numeric' or 'categorical'"
        )
    typed: dict[str, pd.Series] = {key: features[key] for key in KEYS}
    for name, kind in zip(catalog["feature_name"], catalog["feature_kind"], strict=True):
        column = features[name]
        if kind == "categorical":
            typed[name] = column.astype("str").fillna("missing")
            continue
        try:
            # An infinite ratio carries no size that a model could use.
            typed[name] = column.astype("float64").replace([np.inf, -np.inf], np.nan)
        except (TypeError, ValueError):
            raise HitcastError(
                f"feature {name} is declared numeric but holds {column.dtype}", "release_features", "Correct its kind"
            ) from None
    frame = pd.DataFrame(typed | {name: features[name].astype("float64") for name in STATES})
    frame["as_of_day"] = frame["as_of_day"].astype("int64")
    return frame


def feature_columns(catalog: pd.DataFrame, feature_set: str, training: pd.DataFrame) -> Columns:
    """Columns of a named feature set; `as_of_day` comes first among the numeric ones.

    Calendar features are left out until the training releases span two years: a month seen once cannot be told from
    the trend, and what was learnt of it misleads in the next one.

    Args:
        catalog: The feature catalog.
        feature_set: A key of `FEATURE_SETS`.
        training: Rows to be trained on.

    Raises:
        HitcastError: The name is unknown.
    """
    if feature_set not in FEATURE_SETS:
        raise HitcastError(f"unknown feature set {feature_set}", cure=f"Use one of {', '.join(FEATURE_SETS)}")
    released = training["release_date"]
    left_out = set(FEATURE_SETS[feature_set])
    if released.empty or released.max() - released.min() < SEASONS:
        left_out.add("calendar")
    kept = catalog[~catalog["feature_group"].isin(left_out) & ~catalog["feature_name"].isin(KEYS)]
    return Columns(
        numeric=("as_of_day", *kept.loc[kept["feature_kind"] == "numeric", "feature_name"]),
        categorical=tuple(kept.loc[kept["feature_kind"] == "categorical", "feature_name"]),
    )


def is_open(rows: pd.DataFrame, horizon: int) -> np.ndarray:
    """Whether each row's window had not ended at its as-of day, so that there is something to forecast."""
    return (rows["as_of_day"] < horizon).to_numpy()


def speaks(rows: pd.DataFrame) -> np.ndarray:
    """Whether anything about a release's audience is known before its first day is: a teaser, or the artist's past.

    From as-of day 1 on every row speaks, of days delivered or not.
    """
    views, past = (
        rows[name].to_numpy(dtype=float) if name in rows else np.full(len(rows), np.nan) for name in SPEAK_ON_DAY_0
    )
    return np.asarray((rows["as_of_day"] > 0).to_numpy() | (views > 0) | np.isfinite(past))


def modelling_frame(marts: Marts, horizons: tuple[int, ...]) -> pd.DataFrame:
    """Features and targets side by side, without reissues and without rows that nothing can be forecast from.

    Returns:
        One row per release and as-of day, ordered by as-of date, with two columns for each horizon:
        `streams_<horizon>`, streams of the window, NaN unless it can be trained on, and `missing_days_<horizon>`, its
        days that are estimated in it. Only where that is 0 are the streams an outcome (`ml.splits.is_whole`).
    """
    is_used = ~marts.features["is_reissue"].fillna(False).astype(bool) & speaks(marts.features)
    frame = marts.features[is_used]
    for horizon in horizons:
        window = marts.targets.loc[marts.targets["horizon_days"] == horizon].set_index("release_id")
        names = {target_column(horizon): "training_streams", missing_column(horizon): "missing_days"}
        frame = frame.assign(**{name: frame["release_id"].map(window[source]) for name, source in names.items()})
    return frame.sort_values(["as_of_date", "release_id"], kind="stable").reset_index(drop=True)


def target_column(horizon: int) -> str:
    """Name of the column that holds the total of a horizon."""
    return f"streams_{horizon}"


def missing_column(horizon: int) -> str:
    """Name of the column that holds how many days of a horizon's window are estimated in its total."""
    return f"missing_days_{horizon}"


def estimated_days(frame: pd.DataFrame, horizon: int) -> np.ndarray:
    """Of the days still to come in each row's window, those that are estimated in its total; 0 once it has ended."""
    if missing_column(horizon) not in frame:
        return np.zeros(len(frame))
    still = (frame[missing_column(horizon)] - unknown_days(frame, "vk")).fillna(0).clip(lower=0)
    return np.asarray(still.where(is_open(frame, horizon), 0.0), dtype=float)
