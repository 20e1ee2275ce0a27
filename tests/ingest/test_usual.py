from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import numpy as np
import pyarrow as pa
import pytest

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import Ledger, LedgerRow, read_ledger
from hitcast.ingest.usual import usual_days

TABLE = "vk_stream_days"
MONDAY = date(2024, 1, 1)


def _ledger(figures: Callable[[int], tuple[int, int, int] | None], count: int = 70) -> Ledger:
    """Days in a row from a Monday on, each with its rows, recordings and sum; None for a day that never came."""
    rows = {}
    for number in range(count):
        day = MONDAY + timedelta(days=number)
        if found := figures(number):
            moment = datetime(2024, 5, 1)
            rows[TABLE, day] = LedgerRow(
                TABLE, day, 1, moment, found[0], "", "", "", "whole", False, None, None, *found[1:]
            )
    return rows


def _marks(ledger: Ledger) -> dict[int, dict[str, str]]:
    found = usual_days(ledger, TABLE, [day for _, day in ledger])
    return {(day.day - MONDAY).days: day.marks for day in found if day.marks}


@pytest.mark.parametrize(
    ("figures", "marks"),
    [
        ((1000, 200, 500), {"sum": "low"}),
        ((1000, 200, 501), {}),
        ((1000, 200, 50_000), {"sum": "high"}),
        ((1000, 200, 49_999), {}),
        ((1000, 0, 0), {"recordings": "zero", "sum": "zero"}),
        ((100, 20, 500), {"rows": "low", "recordings": "low", "sum": "low"}),
        ((10_000, 200, 5000), {"rows": "high"}),
    ],
)
def test_a_tenth_tenfold_and_zero_stand_out(figures: tuple[int, int, int], marks: dict[str, str]) -> None:
    found = _marks(_ledger(lambda number: figures if number == 60 else (1000, 200, 5000)))
    assert found == ({60: marks} if marks else {})


def test_the_usual_is_that_of_the_weekday_in_eight_weeks() -> None:
    # a tenth on Sundays is usual; before the eight weeks it was otherwise
    ledger = _ledger(lambda number: (100, 50, 500 if number % 7 == 6 and number > 6 else 6000))
    [sunday] = usual_days(ledger, TABLE, [MONDAY + timedelta(days=69)])
    assert (sunday.basis, sunday.usual["sum"], sunday.marks) == ("weekday", 500, {})


def test_first_weeks_have_the_week_before_or_no_usual_and_grow() -> None:
    ledger = _ledger(lambda number: (1000, 100, {3: 40_000, 5: 100}.get(number, 4000)), 7)
    found = usual_days(ledger, TABLE, [day for _, day in ledger])
    assert [day.basis for day in found] == ["", "", "", *["week before"] * 4]
    # tenfold is growth there, a fortieth is not
    assert _marks(ledger) == {5: {"sum": "low"}}


def test_a_new_level_stands_out_for_four_days() -> None:
    ledger = _ledger(lambda number: (1000, 100, 100_000 if number >= 50 else 4000))
    assert list(_marks(ledger)) == [50, 51, 52, 53]


def test_small_figures_and_days_without_sums_say_nothing() -> None:
    assert _marks(_ledger(lambda number: (99, 99, 0 if number == 60 else 99))) == {}
    ledger = _ledger(lambda number: (1000, 100, 4000))
    key = TABLE, MONDAY + timedelta(days=60)
    ledger[key] = replace(ledger[key], recording_count=None, measure_sum=None)
    assert len(usual_days(ledger, TABLE, [day for _, day in ledger])) == 69


def test_an_odd_day_lands_and_is_told(home: Home, tmp_path: Path) -> None:
    def export(name: str, first: int, *streams: int) -> Path:
        path = tmp_path / f"{name}.csv"
        days = [MONDAY + timedelta(days=first + number) for number in range(len(streams))]
        rows = [f"{day},song{song},RU,{count}" for day, count in zip(days, streams, strict=True) for song in range(4)]
        path.write_text("\n".join(["stream_date,isrc,territory,streams", *rows, ""]), encoding="utf-8")
        return path

    report = ingest(home, [export("first", 0, *[100] * 28)])
    assert report.concerns() == []
    assert [(day.figures, day.marks) for day in report.tables[0].days[-1:]] == [
        ({"rows": 4, "recordings": 4, "sum": 400}, {})
    ]
    # beside those that landed before and those that land with it
    report = ingest(home, [export("second", 28, 100, 10, 1000, 0, 100)])
    assert [(day.day.day, day.describe("streams")) for day in report.tables[0].days if day.marks] == [
        (30, "streams low"),
        (31, "streams high"),
        (1, "streams zero"),
    ]
    assert report.concerns() == ["3 days far from the usual"]
    assert {row.measure_sum for row in read_ledger(home).values()} == {400, 40, 4000, 0}
    assert read_ledger(home)[TABLE, date(2024, 2, 1)].recording_count == 0


@pytest.mark.parametrize(("count", "mark"), [(0, "zero"), (9, "low"), (90, "")])
def test_a_larger_territory_hides_nothing_of_the_analyzed_one(
    home: Home, tmp_path: Path, count: int, mark: str
) -> None:
    days = [MONDAY + timedelta(days=number) for number in range(29)]
    rows = [
        f"{day},song{song},{territory},{figure}"
        for day in days
        for song in range(4)
        for territory, figure in (("KZ", 9000), ("RU", count if day == days[-1] else 100))
    ]
    path = tmp_path / "vk.csv"
    path.write_text("\n".join(["stream_date,isrc,territory,streams", *rows, ""]), encoding="utf-8")
    [table] = ingest(home, [path]).tables
    assert [(day.day, day.marks["sum"]) for day in table.days if day.marks] == ([(days[-1], mark)] if mark else [])
    assert table.days[-1].figures == {"rows": 8, "recordings": 4 if count else 0, "sum": 4 * count}


def test_ingest_and_the_mart_agree() -> None:
    """The rule is written twice, for dbt never imports Python: both must say the same of one ledger."""
    rng = np.random.default_rng(3)
    scale = rng.choice([0, 0.01, 0.1, 1, 1, 1, 1, 10, 100], 300)
    figures = np.rint(scale[:, np.newaxis] * [900, 300, 8000]).astype(int).tolist()
    ledger = _ledger(lambda number: None if number % 11 == 5 else tuple(figures[number]), 300)
    odd = {"day_state": "partial"}, {"is_withdrawn": True}, {"recording_count": None, "measure_sum": None}
    for number, key in enumerate(ledger):
        if number > 200:
            ledger[key] = replace(ledger[key], counts="cumulative")
        if number % 9 < len(odd):
            ledger[key] = replace(ledger[key], **odd[number % 9])
    expected = {
        found.day: (found.basis, *found.usual.values(), *(found.marks.get(name) for name in found.figures))
        for found in usual_days(ledger, TABLE, [day for _, day in ledger])
        if found.usual
    }
    found = {day: figures for day, *figures in _mart(ledger)}
    assert {day: tuple(figures) for day, figures in found.items()} == expected
    assert {mark for _, *figures in expected.values() for mark in figures[3:] if mark} == {"low", "high", "zero"}


def _mart(ledger: Ledger) -> list[tuple[Any, ...]]:
    """Days with a usual, by the SQL of the model, its macros rendered without dbt."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    names = ("day_window", "figure_mark")
    macros = "".join((PROJECT_DIR / "macros" / f"{name}.sql").read_text(encoding="utf-8") for name in names)
    adapter = SimpleNamespace(dispatch=lambda name, _: getattr(module, f"default__{name}"))
    module: Any = environment.from_string(macros, {"adapter": adapter}).module
    model = PROJECT_DIR / "models" / "intermediate" / "int_landing__usual_days.sql"
    query = environment.from_string(model.read_text(encoding="utf-8"), {**vars(module), "ref": lambda name: name})
    rows = pa.Table.from_pylist([vars(row) for row in ledger.values()])
    with duckdb.connect() as connection:
        connection.register("stg_landing__deliveries", rows)
        return connection.execute(
            """
            select
                delivered_day, usual_basis, usual_row_count, usual_recording_count, usual_measure_sum,
                row_mark, recording_mark, measure_mark
            from model where usual_basis is not null
            """.replace("model", f"({query.render()})")
        ).fetchall()
