"""How good is it: its figures, counted again from the published rows, and what it says where there are none."""

import json
import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.desk.pages import describe, opened, rerun, titles
from tests.desk.world import publish


def forecasts(published: Path, task: str, as_of_day: int = 7) -> pd.DataFrame:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(
            "from backtest_forecasts where task = ? and feature_set = 'tiktok_vk' and as_of_day = ? "
            "and horizon_days = 30",
            [task, as_of_day],
        ).df()


def test_error_by_origin_is_the_rmsle_of_the_published_forecasts(published: Path) -> None:
    few = "update backtest_forecasts set actual_streams = 1, predicted_streams = 3 where hash(release_id) % 5 = 0"
    publish(published, changes=(few,))
    page = opened("performance")
    rows = forecasts(published, "streams")
    rows["loss"] = (np.log1p(rows["predicted_streams"]) - np.log1p(rows["actual_streams"])) ** 2
    by_origin = rows.groupby(["model_name", "origin_date"])["loss"].mean() ** 0.5
    mean = by_origin.groupby("model_name").mean()
    assert f"the mean is {mean['hitcast']:.3f}; the log-linear line of the streams so far has " in describe(page)
    assert f"has {mean['log_linear']:.3f}" in describe(page)


def test_another_as_of_day_shows_its_own_errors(published: Path) -> None:
    page = opened("performance")
    before = describe(page)
    page.selectbox(key="streams_as_of_day").set_value(1)
    rerun(page)
    rows = forecasts(published, "streams", as_of_day=1)
    rows["loss"] = (np.log1p(rows["predicted_streams"]) - np.log1p(rows["actual_streams"])) ** 2
    by_origin = rows.groupby(["model_name", "origin_date"])["loss"].mean() ** 0.5
    assert f"the mean is {by_origin['hitcast'].mean():.3f}" in describe(page)
    assert describe(page) != before


def test_coverage_counts_the_totals_inside(published: Path) -> None:
    publish(
        published,
        changes=(
            "update backtest_forecasts set upper_80 = lower_80 where hash(release_id) % 3 = 0",
            "update backtest_forecasts set upper_90 = lower_90 where hash(release_id) % 6 = 0",
        ),
    )
    rows = forecasts(published, "streams")
    rows = rows[rows["model_name"] == "hitcast"]
    of_80, of_90 = (
        rows["actual_streams"].between(rows[f"lower_{level}"], rows[f"upper_{level}"]).mean() for level in (80, 90)
    )
    assert of_80 < of_90 < 0.95
    expected = f"The 80 % interval held {of_80:.0%} of the totals, the 90 % interval {of_90:.0%}."
    assert expected.replace(" %", "%") in describe(opened("performance")).replace(" %", "%")


@pytest.mark.parametrize("ratio", [5.0, 1.0, 12.5])
def test_costs_at_the_readers_ratio(published: Path, ratio: float) -> None:
    page = opened("performance")
    page.slider(key="cost_ratio").set_value(ratio)
    rerun(page)
    rows = forecasts(published, "classes")
    high = rows["actual_class"] == "high"
    costs = {}
    for name, chosen in (
        ("model", (rows["model_name"] == "hitcast") & (rows["probability_high"] >= ratio / (1 + ratio))),
        ("line", (rows["model_name"] == "log_linear") & (rows["predicted_class"] == "high")),
        ("none", pd.Series(False, index=rows.index)),
    ):
        model_rows = rows["model_name"] == ("log_linear" if name == "line" else "hitcast")
        costs[name] = 100 * (ratio * (chosen & ~high)[model_rows] + (~chosen & high)[model_rows]).mean()
    assert re.search(
        rf"At {ratio}: {costs['model']:.1f} missed hits per 100 releases by hitcast's chance, {costs['line']:.1f} by "
        rf"the log-linear class, {costs['none']:.1f} when none",
        describe(page),
    )
    # the slider's ratio is marked on the curve
    spec = next(
        chart.proto.spec for chart in page.get("vega_lite_chart") if "by the log-linear class" in chart.proto.spec
    )
    assert len(json.loads(spec)["layer"]) == 2


def test_the_slider_begins_at_the_published_costs(published: Path) -> None:
    publish(published, changes=("update promotion_costs set false_positive_cost = 3, false_negative_cost = 2",))
    assert opened("performance").slider(key="cost_ratio").value == 1.5


def test_calibration_gap_is_counted_over_tenths(published: Path) -> None:
    rows = forecasts(published, "classes")
    rows = rows[rows["model_name"] == "hitcast"]
    tenths = rows.groupby((rows["probability_high"] * 10).astype(int).clip(upper=9))
    gap = sum(
        abs(group["probability_high"].mean() - (group["actual_class"] == "high").mean()) * len(group)
        for _, group in tenths
    ) / len(rows)
    assert f"hitcast is {gap:.0%}".replace("%", " %") in describe(opened("performance"))


def test_live_errors_by_month(published: Path) -> None:
    page = opened("performance")
    assert any(title.startswith("Error by month of release") for title in titles(page))
    live = page.dataframe[0].value
    assert len(live) == 8


def test_no_backtest_and_no_live_error_are_said(published: Path) -> None:
    publish(published, changes=("delete from backtest_forecasts", "delete from model_performance"))
    page = opened("performance")
    said = [info.value for info in page.info]
    assert any("No backtest is published" in line for line in said)
    assert any("No live forecast has met" in line for line in said)
    assert not page.dataframe
    assert not page.get("vega_lite_chart")
