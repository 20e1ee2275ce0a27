"""The page over a published file, without a browser."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

PAGE = str(Path(__file__).resolve().parents[2] / "dashboard" / "app.py")


def write_published(file: Path, forecasts: list[dict[str, object]]) -> None:
    """A published file with these forecasts; what they leave out is filled in."""
    defaults = {
        "horizon_days": 30,
        "label_name": "North",
        "release_date": date(2021, 12, 24),
        "as_of_day": 7,
        "predicted_streams": 1000.0,
        "lower_80": 500.0,
        "upper_80": 2000.0,
        "predicted_class": "low",
        "probability_high": 0.01,
        "is_promotion_candidate": False,
        "main_drivers": "the genre is pop: +5 %",
        "refusal": None,
        "run_id": "r1",
        "data_through_date": date(2021, 12, 31),
        "actual_streams": None,
    }
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create table release_predictions (release_id varchar, horizon_days integer, artist_name varchar, "
            "release_title varchar, label_name varchar, genre varchar, release_date date, as_of_day integer, "
            "predicted_streams double, lower_80 double, upper_80 double, predicted_class varchar, "
            "probability_high double, is_promotion_candidate boolean, main_drivers varchar, refusal varchar, "
            "run_id varchar, data_through_date date, actual_streams bigint)"
        )
        for forecast in forecasts:
            row = defaults | forecast
            connection.execute(
                f"insert into release_predictions ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                list(row.values()),
            )
        connection.execute(
            "create table prediction_history as select *, date '2021-12-31' as as_of_date, 'hitcast/1' as model_name, "
            "timestamp '2021-12-31 10:00:00' as predicted_at from release_predictions"
        )
        connection.execute(
            "create table prediction_drivers as select run_id, release_id, horizon_days, driver_kind, "
            "1 as driver_rank, if(driver_kind = 'group', 'VK streams so far, taken together: +70 %', "
            "'the label is <b>*North*</b>: +5 %') as reason "
            "from release_predictions cross join (values ('feature'), ('group')) as kinds (driver_kind) "
            "where predicted_streams is not null"
        )
        connection.execute(
            "create table similar_releases as select run_id, release_id, horizon_days, place as similarity_rank, "
            "'Past artist' as artist_name, 'Song ' || place as release_title, date '2021-03-05' as release_date, "
            "place / 10.0 as distance, 1000 * place * horizon_days as streams "
            "from release_predictions cross join range(1, 6) as places (place) where predicted_streams is not null"
        )
        connection.execute(
            "create table model_performance (evaluation varchar, release_month date, task varchar, "
            "feature_set varchar, model_name varchar, as_of_day integer, horizon_days integer, metric_name varchar, "
            "metric_value double, release_count bigint)"
        )
        connection.execute("create table publish_info as select ? as published_at", [datetime(2022, 1, 1, 9)])


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "hitcast.duckdb"
    monkeypatch.setenv("HITCAST_PUBLISHED", str(file))
    return file


def opened() -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=20).run()
    assert not page.exception
    return page


def test_nothing_published_says_what_to_do(published: Path) -> None:
    assert "Run `hitcast run`" in opened().info[0].value


def test_upcoming_ranks_and_filters(published: Path) -> None:
    write_published(
        published,
        [
            {"release_id": "1", "artist_name": "Anna", "release_title": "Small", "genre": "pop"},
            {
                "release_id": "2",
                "artist_name": "Boris",
                "release_title": "Big",
                "genre": "rap",
                "predicted_streams": 9e5,
            },
            # mature: no longer upcoming
            {"release_id": "3", "artist_name": "Vera", "release_title": "Old", "genre": "pop", "actual_streams": 5},
        ],
    )
    page = opened()
    assert page.dataframe[0].value["release_title"].tolist() == ["Big", "Small"]
    page.multiselect[0].set_value(["pop"]).run()
    assert page.dataframe[0].value["release_title"].tolist() == ["Small"]
    page.multiselect[0].set_value([]).run()
    page.text_input[0].set_value("bori").run()
    assert page.dataframe[0].value["release_title"].tolist() == ["Big"]
    page.text_input[0].set_value("nobody").run()
    assert not page.dataframe
    assert "No release matches" in page.info[0].value


def test_no_upcoming_release_is_said(published: Path) -> None:
    write_published(published, [])
    assert "No release is out" in opened().info[0].value


def test_a_file_published_again_is_seen_at_the_next_click(published: Path) -> None:
    write_published(published, [{"release_id": "1", "artist_name": "A", "release_title": "First", "genre": "pop"}])
    page = opened()
    assert page.dataframe[0].value["release_title"].tolist() == ["First"]
    write_published(
        published.with_suffix(".new"),
        [{"release_id": "1", "artist_name": "A", "release_title": "Second", "genre": "pop"}],
    )
    published.with_suffix(".new").replace(published)
    page.run()
    assert page.dataframe[0].value["release_title"].tolist() == ["Second"]


@pytest.mark.parametrize("module", ["release", "performance"])
def test_every_other_page_draws_with_and_without_rows(published: Path, module: str) -> None:
    def draw(module: str) -> None:
        import importlib

        importlib.import_module(f"dashboard.{module}").show()

    for forecasts in (
        [],
        [
            {"release_id": "1", "artist_name": "A", "release_title": "T", "genre": "pop", "horizon_days": days}
            for days in (14, 30)
        ],
    ):
        write_published(published, forecasts)
        page = AppTest.from_function(draw, kwargs={"module": module}, default_timeout=20).run()
        assert not page.exception
        if forecasts and module == "release":
            assert [metric.value for metric in page.metric] == ["1,000", "1,000"]
        else:
            assert page.info


def release_page() -> AppTest:
    def draw() -> None:
        from dashboard import release

        release.show()

    page = AppTest.from_function(draw, default_timeout=20).run()
    assert not page.exception
    return page


def both_horizons(**values: object) -> list[dict[str, object]]:
    shared = {"release_id": "1", "artist_name": "A", "release_title": "T", "genre": "pop"}
    return [shared | {"horizon_days": days} | values for days in (14, 30)]


def test_a_release_shows_reasons_as_sentences_and_what_became_of_its_like(published: Path) -> None:
    write_published(published, both_horizons())
    page = release_page()
    told = [text.value for text in page.text]
    # as plain text: what looks like markup in a name stays what it is
    assert told.count("• the label is <b>*North*</b>: +5 %") == 2
    assert told.count("• VK streams so far, taken together: +70 %") == 2
    assert "In 14 days they had between 14,000 and 70,000 VK streams, 42,000 in the middle." in [
        line.value for line in page.markdown
    ]
    similar = page.dataframe[0].value
    assert similar["name"].tolist() == [f"Past artist: Song {place}" for place in range(1, 6)]
    assert similar["streams 30"].tolist() == [30_000 * place for place in range(1, 6)]
    assert not page.info


def test_a_release_without_reasons_or_precedents_says_so(published: Path) -> None:
    write_published(published, both_horizons())
    with duckdb.connect(str(published)) as connection:
        connection.execute("delete from prediction_drivers")
        connection.execute("delete from similar_releases")
    told = [info.value for info in release_page().info]
    assert any("that of a typical one" in line for line in told)
    assert any("No earlier release" in line for line in told)


def test_a_refused_release_says_why_and_shows_no_number(published: Path) -> None:
    absent = dict.fromkeys(["predicted_streams", "lower_80", "upper_80", "predicted_class", "probability_high"])
    why = "not enough data: TikTok or VK delivered no day since the release"
    refused = both_horizons(**absent, refusal=why, main_drivers=why, is_promotion_candidate=None)
    write_published(published, refused)
    page = release_page()
    assert page.warning[0].value == f"No forecast: {why}."
    assert not page.metric
    # the list of upcoming releases takes it along, last and without a figure
    other = {
        "release_id": "2",
        "artist_name": "B",
        "release_title": "U",
        "genre": "pop",
        "is_promotion_candidate": True,
    }
    write_published(published, [*refused, other])
    upcoming = opened().dataframe[0].value
    assert upcoming["release_title"].tolist() == ["U", "T"]
    assert upcoming["main_drivers"].tolist()[1] == why
