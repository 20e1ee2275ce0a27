"""Stress rows of a backtest: what forecasts are worth where days are late or missing, beside the same with all days."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ml.data import target_column
from ml.estimators.streams import read_off
from ml.evaluation.metrics import inside, rmsle
from ml.evidence import NAMES, choose
from ml.outlook import stream_quantiles
from ml.stressed import STRESSED_DAYS, TAKEN

FIGURES = ("predicted_streams", "lower_90", "upper_90")
FORECAST_KEYS = ["release_id", "state", "as_of_day", "horizon_days"]
METRICS = [
    *("platform", "state", "as_of_day", "horizon_days", "release_count", "refused_share", "coverage_90"),
    *("clean_coverage_90", "log_width_90", "clean_log_width_90", "width_ratio", "rmsle", "clean_rmsle"),
]
RECENT_DAYS = 3


def stress_forecasts(
    streams: Mapping[str, Any], testing: pd.DataFrame, stressed: pd.DataFrame, horizons: tuple[int, ...]
) -> pd.DataFrame:
    """Forecasts of test releases with days taken away, made as `hitcast predict` does, beside those with all days.

    Args:
        streams: Fitted stream models by feature set.
        testing: Modelling frame of the test releases, all as-of days.
        stressed: Rows from `ml.stressed`.
        horizons: Days from release that the totals cover.

    Returns:
        A row for each release, state, as-of day and horizon: `predicted_streams`, `lower_90`, `upper_90`, NaN where it
        is refused, the same with all days as `clean_<name>`, and `actual_streams`. No row where no test release has
        days that could be taken away.
    """
    chosen = stressed[stressed["release_id"].isin(testing["release_id"])]
    found = []
    for day in STRESSED_DAYS:
        clean = testing[(testing["as_of_day"] == day) & testing["release_id"].isin(chosen["release_id"])]
        if clean.empty:
            continue
        rows = pd.concat([chosen[chosen["as_of_day"] == day], _without_vk(clean)], ignore_index=True)
        # the last row before anything is taken away, and the row of the day
        before = rows[TAKEN].assign(as_of_day=rows["first_day"]).merge(testing, on=["release_id", "as_of_day"])
        known = pd.concat([before, rows], ignore_index=True)
        known = known.assign(case=known[["release_id", *TAKEN[2:]]].astype(str).agg("|".join, axis="columns"))
        for horizon in horizons:
            if day >= horizon:
                continue
            alone = _figures(streams, clean.assign(case=clean["release_id"]), horizon).set_index("release_id")
            cases = known.drop_duplicates("case", keep="last").set_index("case")
            figures = _figures(streams, known, horizon).set_index("case")[list(FIGURES)].reindex(cases.index)
            found.append(
                cases[["release_id"]].assign(
                    state=[
                        state(platform, first, last, day)
                        for platform, first, last in zip(
                            cases["platform"], cases["first_day"], cases["last_day"], strict=True
                        )
                    ],
                    as_of_day=day,
                    horizon_days=horizon,
                    actual_streams=cases[target_column(horizon)],
                    **figures,
                    **{f"clean_{name}": cases["release_id"].map(alone[name]) for name in FIGURES},
                )
            )
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=FORECAST_KEYS)


def _without_vk(clean: pd.DataFrame) -> pd.DataFrame:
    """Rows of releases of which VK never delivers: `stressed_features` has none."""
    unknown: dict[str, Any] = dict.fromkeys([name for name in clean.columns if name.startswith("vk_")], np.nan)
    unknown |= {"vk_missing_days": 0.0, "vk_days_behind": clean["as_of_day"], "vk_missing_of_last_three_days": 0.0}
    return clean.assign(**unknown, platform="vk", first_day=0, last_day=99)


def _figures(streams: Mapping[str, Any], known: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Forecasts of each case that is not refused, with its release."""
    rows, _ = choose(known.assign(of_release=known["release_id"], release_id=known["case"]), streams, horizon)
    parts = []
    for feature_set, part in rows.groupby("chosen_set"):
        totals = stream_quantiles(streams[str(feature_set)], part, part["floor_streams"].fillna(0).to_numpy())
        figures = read_off(totals[horizon], part.index)
        parts.append(figures.assign(release_id=part["of_release"], case=part["case"]))
    return pd.concat(parts)


def state(platform: str, first_day: int, last_day: int, as_of_day: int) -> str:
    """What a forecast of the as-of day lacks, such as `vk_2_days_behind` or `tiktok_older_hole`."""
    if last_day >= max(RECENT_DAYS * 10, as_of_day):
        return f"{platform}_absent"
    if last_day >= as_of_day - 1:
        late = as_of_day - first_day
        return f"{platform}_{late}_{'day' if late == 1 else 'days'}_behind"
    if last_day > first_day:
        return f"{platform}_several_holes"
    return f"{platform}_{'recent' if first_day >= as_of_day - RECENT_DAYS else 'older'}_hole"


def stress_metrics(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Figures of each state, as-of day and horizon, in the columns of `ml.backtest_stress` but run_id and time.

    Widths are medians of the log of the 90 % interval's upper over its lower end, of the releases that are forecast.
    """
    rows = []
    for (of_state, day, horizon), part in forecasts.groupby(["state", "as_of_day", "horizon_days"]):
        name = str(of_state)
        made = part[part["predicted_streams"].notna()]
        actual = made["actual_streams"].to_numpy(dtype=float)
        ends, alone = ([made[f"{of}{figure}"].to_numpy(dtype=float) for figure in FIGURES] for of in ("", "clean_"))
        width, clean_width = (float(np.median(np.log1p(upper) - np.log1p(lower))) for _, lower, upper in (ends, alone))
        rows.append(
            {
                "platform": NAMES[name.partition("_")[0]],
                "state": name,
                "as_of_day": day,
                "horizon_days": horizon,
                "release_count": part["release_id"].nunique(),
                "refused_share": float(part["predicted_streams"].isna().mean()),
                "coverage_90": float(inside(actual, *ends[1:]).mean()) if len(made) else np.nan,
                "clean_coverage_90": float(inside(actual, *alone[1:]).mean()) if len(made) else np.nan,
                "log_width_90": width,
                "clean_log_width_90": clean_width,
                "width_ratio": width / clean_width,
                "rmsle": rmsle(actual, ends[0]),
                "clean_rmsle": rmsle(actual, alone[0]),
            }
        )
    return pd.DataFrame(rows, columns=METRICS)
