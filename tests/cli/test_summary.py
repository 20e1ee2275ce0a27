from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hitcast.cli.publication import render_publication
from hitcast.cli.summary import describe_drift, render_models, render_status
from hitcast.core.home import Home
from hitcast.core.settings import Settings
from hitcast.ingest import ingest, withdraw
from hitcast.job.status import look
from hitcast.serving.plan import rank_by_size
from hitcast.serving.publish import publish
from ml.drift import Drift
from ml.drift.matured import MaturedForecasts
from ml.drift.stability import Shift
from ml.predict import ScoringRun
from ml.registry.store import Version
from tests.serving.published_world import make_home

COSTS = [{"false_positive_cost": 5.0, "false_negative_cost": 1.0, "class_horizon": 30}]


def test_a_scoring_run_tells_what_it_refused() -> None:
    predicted = ScoringRun("r", 350, 174, 0, date(2022, 1, 1), "hitcast/1", "tiktok_vk")
    assert predicted.describe() == "174 releases as of 2022-01-01 with hitcast/1"
    message = replace(predicted, refused_count=3).describe()
    assert message.endswith("hitcast/1; 3 more refused: too little is known, or the date cannot be right")


SHIFTS = tuple(
    Shift(name, index, 0.25, name == "d", 0.0) for name, index in zip("abcd", (3.0, 2.0, 1.0, 0.5), strict=True)
)


def test_the_three_largest_shifts_and_the_main_ones_are_told() -> None:
    lines = describe_drift(
        Drift(2, date(2021, 12, 31), 12, None, 159, SHIFTS, (MaturedForecasts(14, 122, 0.803, 0.156, 0.204),), ())
    )
    assert lines == [
        "champion: version 2, trained 12 days of data ago",
        "PSI of the last month's 159 releases, largest: a 3.00, b 2.00, c 1.00",
        "of the features that move forecasts most: d 0.50, limit 0.25",
        "14 days: 80% of 122 matured totals inside the 80 % interval, RMSLE 0.156 (0.204 when trained)",
        "no retrain is due",
    ]


def test_every_reason_to_retrain_is_told_with_the_command() -> None:
    lines = describe_drift(Drift(2, date(2021, 12, 31), 40, None, 3, (), (), ("it is old", "it has moved")))
    assert lines[1:] == [
        "PSI: 3 releases in the last month are too few to tell",
        "no forecast of this champion has met its total in the last two months",
        "retrain is due: it is old",
        "retrain is due: it has moved",
        "Next: hitcast run --retrain auto",
    ]


def test_a_candidate_that_was_not_promoted_is_named_instead_of_the_command() -> None:
    lines = describe_drift(Drift(2, date(2021, 12, 31), 40, 3, 3, (), (), ("it is old",)))
    assert lines[-2:] == [
        "retrain is due: it is old",
        "a later version was trained 3 days of data ago and was not promoted: see `hitcast models list`",
    ]


def settings_below(folder: Path) -> Settings:
    return Settings(folder / "warehouse.duckdb", folder / "mlflow", folder / "optuna.db")


@pytest.mark.parametrize(("days_ago", "is_open"), [(0, True), (28, True), (29, False), (200, False)])
def test_a_window_with_a_day_that_never_came_is_listed_until_it_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], days_ago: int, is_open: bool
) -> None:
    through = date(2021, 12, 30)
    row = {"release_title": "Here", "release_date": through - timedelta(days=days_ago), "actual_streams": None}
    row["verdict"] = "leave" if is_open else "closed"
    home = make_home(tmp_path, release_predictions=[row], releases=[row], promotion_costs=COSTS)
    publish(home)
    render_publication(home)
    assert ("Here" in capsys.readouterr().out) == is_open
    assert (not rank_by_size(home).empty) == is_open


def test_a_run_ends_with_what_became_of_every_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    through = date(2021, 12, 31)
    chances = {"hit": 1.0, "promote": 0.9, "watch": 0.5}
    out = {"hit": 20, "promote": 3, "watch": 4, "large": 5, "small": 6, "refused": 7, "ended": 40, "reissue": 2}
    sizes = {"hit": 9e5, "promote": 2e4, "watch": 8e4, "large": 3e4, "small": 1e3, "refused": None, "ended": 5e6}
    verdicts = {"large": "leave", "small": "leave", "refused": "unknown", "ended": "closed"}
    rows = [
        {"release_id": name, "release_title": name, "release_date": through - timedelta(days=out[name])}
        | {"predicted_streams": size, "verdict": verdicts.get(name, name), "probability_high": chances.get(name, 0.01)}
        for name, size in sizes.items()
    ]
    catalog = [{"release_id": name, "release_date": through - timedelta(days=days)} for name, days in out.items()]
    catalog = [row | {"is_reissue": row["release_id"] == "reissue"} for row in catalog]
    catalog.append({"release_id": "announced", "release_date": through + timedelta(days=9), "is_reissue": False})
    dates = [{"release_id": f"R{place}", "is_date_wrong": place == 0, "is_date_moved": place > 0} for place in range(3)]
    home = make_home(
        tmp_path, release_predictions=rows, releases=catalog, promotion_costs=COSTS, release_date_checks=dates
    )
    publish(home)
    render_publication(home)
    lines = capsys.readouterr().out.splitlines()
    # by what the desk calls each, then by the forecast that is shown
    assert [line.split()[1] for line in lines[2:8]] == ["promote", "watch", "hit", "large", "small", "refused"]
    assert [line.split()[-2] for line in lines[2:8]] == ["promote", "watch", "hit", "leave", "leave", "unknown"]
    assert lines[8:10] == [
        "5 of 9 releases are open. The others: ended 1, not out yet 1, reissues 1, out without a forecast 1.",
        "Release dates that cannot be right: 2 moved to the first streams, 1 refused; release_date_checks lists them",
    ]


def test_a_withdrawn_day_is_not_counted_as_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "vk.csv"
    export.write_text("stream_date,isrc,territory,streams\n2024-01-01,a,RU,1\n2024-01-02,a,RU,2\n")
    home = Home(tmp_path / "home")
    ingest(home, [export])
    withdraw(home, "vk_stream_days", [date(2024, 1, 2)])
    render_status(look(home, settings_below(home.root)))
    loaded = next(line for line in capsys.readouterr().out.splitlines() if "vk_stream_days" in line)
    assert loaded.split()[1:4] == ["2024-01-01", "1", "1"]


def test_days_far_from_the_usual_are_counted_and_the_latest_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export, home = tmp_path / "vk.csv", Home(tmp_path / "home")
    odd = (10, 12, 14, 20, 28)
    rows = [f"2024-01-{day:02},a,RU,{5 if day in odd else 500}\n" for day in range(1, 29)]
    export.write_text("stream_date,isrc,territory,streams\n" + "".join(rows))
    ingest(home, [export])
    status = look(home, settings_below(home.root))
    assert [day.day for day in status.loaded[0].odd_days] == list(odd)
    assert '"2024-01-28"' in status.as_json()
    render_status(status)
    assert (
        "vk_stream_days: 5 days far from the usual, 2024-01-12, 2024-01-14, 2024-01-20, 2024-01-28 and 1 before: "
        "see delivered_days"
    ) in " ".join(capsys.readouterr().out.split())


def test_missing_days_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export, home = tmp_path / "vk.csv", Home(tmp_path / "home")
    days = [1, 2, 5, 7, 9, 11, 13, 20]
    rows = [f"2024-01-{day:02},a,RU,1\n" for day in days]
    export.write_text("stream_date,isrc,territory,streams\n" + "".join(rows))
    ingest(home, [export])
    status = look(home, settings_below(home.root))
    render_status(status)
    assert [day.day for day in status.loaded[0].lacking_days] == [3, 4, 6, 8, 10, 12, 14, 15, 16, 17, 18, 19]
    message = " ".join(capsys.readouterr().out.split())
    assert (
        "vk_stream_days since 2024-01-01: 12 days missing or partial, 2024-01-03 to 2024-01-04, 2024-01-06, "
        "2024-01-08, 2024-01-10 and 7 more, which --json lists"
    ) in message


def test_partial_days_say_whom_they_concern(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export, home = tmp_path / "vk.csv", Home(tmp_path / "home")
    rows = [f"2024-01-{day:02},song{n},RU,1\n" for day in range(1, 6) for n in range(50)]
    # two days lack a row of known recordings, one a row that may be anybody's, one a row of another territory
    spoiled = [
        "2024-01-02,a,RU,?\n",
        "2024-01-03,b,RU,?\n2024-01-03,a,RU,?\n",
        "2024-01-04,,RU,1\n",
        "2024-01-05,a,KZ,?\n",
    ]
    export.write_text("stream_date,isrc,territory,streams\n" + "".join(rows + spoiled))
    ingest(home, [export])
    render_status(look(home, settings_below(home.root)))
    message = " ".join(capsys.readouterr().out.split())
    assert (
        "vk_stream_days since 2024-01-01: 1 day missing or partial, 2024-01-04; "
        "2 days unknown for 2 recordings, 2024-01-02 to 2024-01-03"
    ) in message


def test_a_table_without_holes_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export, home = tmp_path / "vk.csv", Home(tmp_path / "home")
    export.write_text("stream_date,isrc,territory,streams\n2024-01-01,a,RU,1\n2024-01-02,a,RU,2\n")
    ingest(home, [export])
    render_status(look(home, settings_below(home.root)))
    assert "vk_stream_days since 2024-01-01: no day missing" in capsys.readouterr().out


def test_moved_and_refused_dates_are_counted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = [(True, False), (True, False), (False, True), (False, False)]
    rows = [
        {"release_id": f"R{place}", "verdict": "right", "is_date_moved": moved, "is_date_wrong": wrong}
        for place, (moved, wrong) in enumerate(verdicts)
    ]
    home = make_home(tmp_path / "home", release_predictions=[{}], release_date_checks=rows)
    publish(home)
    settings = settings_below(home.root)
    settings.warehouse.unlink()
    status = look(home, settings)
    assert (status.moved_dates, status.wrong_dates) == (2, 1)
    render_status(status)
    assert "2 moved to the first streams, 1 refused" in capsys.readouterr().out


@pytest.mark.parametrize(("days", "count"), [((1, 2), 2), ((-1, 0, 5), 1)])
def test_upcoming_releases_that_lost_their_tracks_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], days: tuple[int, ...], count: int
) -> None:
    through = date(2021, 12, 31)
    rows = [
        {"release_id": f"R{n}", "verdict": "reissue", "catalog_release_date": through + timedelta(days=n)} for n in days
    ]
    rows.append({"release_id": "own", "verdict": "no streams yet", "catalog_release_date": date(2022, 1, 20)})
    home = make_home(tmp_path / "home", release_predictions=[{}], release_date_checks=rows)
    publish(home)
    settings = settings_below(home.root)
    settings.warehouse.unlink()
    status = look(home, settings)
    assert status.lost_releases == count
    render_status(status)
    message = " ".join(capsys.readouterr().out.split())
    assert f"credited to earlier ones: {count}; release_date_checks names them" in message


def test_what_was_known_when_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = {
        "horizon_days": 30,
        "first_origin": date(2021, 1, 1),
        "last_origin": date(2021, 10, 1),
        "release_count": 412,
        "rmsle_ratio": 1.08,
        "rmsle_ratio_lower_95": 1.02,
        "rmsle_ratio_upper_95": 1.15,
        "coverage_90": 0.87,
        "restated_coverage_90": 0.91,
    }
    rows = [{**figures, "age_group": "0-2", "rmsle_ratio": 3.0}, {**figures, "age_group": "all"}]
    home = make_home(tmp_path / "home", release_predictions=[{}], as_known_performance=rows)
    publish(home)
    settings = settings_below(home.root)
    settings.warehouse.unlink()
    status = look(home, settings)
    assert status.as_known == (
        "Forecast from what had been delivered at the origins 2021-01-01 to 2021-10-01 instead of today's data, "
        "412 releases: 30 days: RMSLE +8.0 % (95 % interval +2.0 to +15.0 %), 87 % inside the 90 % interval, "
        "91 % restated."
    )
    render_status(status)
    assert status.as_known in " ".join(capsys.readouterr().out.split())


def test_the_reason_against_the_newest_version_stands_below_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tags = {"cutoff": "2024-01-01", "feature_set": "tiktok_vk"}
    against = tags | {"promotion": "too few to tell", "promotion_reason": "only 3 releases have matured since"}
    made = datetime(2024, 1, 1)
    versions = [Version(2, "b", made, tmp_path, False, against), Version(1, "a", made, tmp_path, True, tags)]
    render_models(versions)
    lines = capsys.readouterr().out.splitlines()
    assert "version 2: only 3 releases have matured since" in lines
    assert max(map(len, lines)) <= 80
    assert any("too few to tell" in line for line in lines)
