"""Upcoming: rank, filters, watchlist, what moved, and what is said where there is nothing."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from hitcast.core.words import number
from tests.desk.pages import address, describe, opened, rerun, titles
from tests.desk.world import YESTERDAY, publish


def read(published: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def rows(page: object) -> list[str]:
    return page.dataframe[0].value["release_title"].tolist()  # type: ignore[attr-defined]


def test_releases_of_the_first_thirty_days_by_worth_then_by_expected_streams(published: Path) -> None:
    with duckdb.connect(str(published)) as connection:
        connection.execute("update release_predictions set promotion_value = hash(release_id) % 3")
        connection.execute(
            "update release_predictions set release_date = $day - 30 where release_id = '4607000000010'",
            {"day": YESTERDAY},
        )
        connection.execute(
            "update release_predictions set release_date = $day - 29 where release_id = '4607000000011'",
            {"day": YESTERDAY},
        )
    shown = opened().dataframe[0].value
    expected = read(
        published,
        "select expected_streams from release_predictions where horizon_days = 30 "
        "and release_date > (select max(data_through_date) from publish_info) - 30 "
        "order by promotion_value desc, expected_streams desc",
    )
    assert shown["expected_streams"].tolist() == [value for (value,) in expected]
    names = shown["artist_name"].tolist()
    assert any(name.endswith(" 11") for name in names) and not any(name.endswith(" 10") for name in names)


@pytest.mark.parametrize(
    ("key", "value", "condition"),
    [
        ("upcoming_genres", ["Rock", "Pop"], "genre in ('Rock', 'Pop')"),
        ("upcoming_labels", ["North"], "label_name = 'North'"),
        ("upcoming_classes", ["medium"], "predicted_class = 'medium'"),
    ],
)
def test_a_filter_keeps_what_it_names_and_stays_in_the_address(
    published: Path, key: str, value: list[str], condition: str
) -> None:
    page = opened()
    every = len(rows(page))
    page.multiselect(key=key).set_value(value)
    rerun(page)
    [(count,)] = read(
        published,
        f"select count(*) from release_predictions where horizon_days = 30 and {condition} "
        "and release_date > (select max(data_through_date) from publish_info) - 30",
    )
    assert 0 < count < every
    assert len(rows(page)) == count
    name = {"upcoming_genres": "genre", "upcoming_labels": "label", "upcoming_classes": "class"}[key]
    # the address alone shows the same
    again = opened(**{f"{name}_": value})
    assert len(rows(again)) == count
    assert again.multiselect(key=key).value == value


def test_dates_and_horizon_filter_and_stay_in_the_address(published: Path) -> None:
    page = opened()
    day = YESTERDAY - timedelta(days=7)
    page.date_input(key="upcoming_from").set_value(day)
    page.date_input(key="upcoming_to").set_value(day + timedelta(days=2))
    page.selectbox(key="upcoming_horizon").set_value(14)
    rerun(page)
    out = page.dataframe[0].value["release_date"].dt.date
    assert out.between(day, day + timedelta(days=2)).all()
    assert set(out) == {day, day + timedelta(days=1), day + timedelta(days=2)}
    assert address(page, "from") == [day.isoformat()]
    assert address(page, "horizon") == ["14"]
    assert "first 14 days" in describe(page)


def test_search_finds_artists_and_titles_in_any_case_and_says_when_nothing_matches(published: Path) -> None:
    page = opened(search="ВОЛЬНЫЙ")
    assert page.text_input(key="upcoming_search").value == "ВОЛЬНЫЙ"
    assert set(page.dataframe[0].value["artist_name"].str[:12]) == {"Вольный Волк"}
    page.text_input(key="upcoming_search").set_value("nobody at all %_")
    rerun(page)
    assert not page.dataframe
    assert "No release matches these filters" in page.info[0].value


def test_the_watchlist_is_in_the_address_and_outlives_a_change_of_page(published: Path) -> None:
    page = opened()
    picked = page.selectbox(key="upcoming_picked").value
    page.button(key="watch_button").click()
    rerun(page)
    assert address(page, "watch") == [picked]
    assert page.dataframe[0].value["mark"].tolist()[0] == "★"
    # a click on another page drops the address; the page writes it again
    page.query_params.clear()
    page.switch_page("data.py")
    rerun(page)
    assert address(page, "watch") == [picked]

    shared = opened(watch=[picked, "4607000000005"], watched="1")
    assert len(rows(shared)) == 2
    shared.button(key="watch_button").click()
    rerun(shared)
    assert len(rows(shared)) == 1
    empty = opened(watched="1")
    assert "Your watchlist is empty" in empty.info[0].value


def test_what_moved_since_the_day_before_is_shown_as_a_share_and_a_class(published: Path) -> None:
    with duckdb.connect(str(published)) as connection:
        connection.execute("delete from release_predictions where release_id not in ('4607000000005', '4607000000045')")
        connection.execute(
            "update release_predictions set predicted_streams = 150, previous_predicted_streams = 100, "
            "predicted_class = 'high', previous_predicted_class = 'low' where release_id = '4607000000005'"
        )
    shown = opened().dataframe[0].value.set_index("artist_name")
    assert shown.loc["Zoya 5", "change"] == pytest.approx(0.5)
    assert shown.loc["Zoya 5", "previous_class"] == "low"
    # out on the last day: there is no forecast of the day before
    assert shown.drop(index="Zoya 5")["change"].isna().all()


def test_no_upcoming_release_is_said(published: Path) -> None:
    publish(published, changes=("delete from release_predictions",))
    page = opened()
    assert "No release is within its first 30 days" in page.info[0].value
    assert not page.dataframe


def test_more_than_the_table_holds_is_said(published: Path) -> None:
    publish(published, releases=450, tested=5)
    page = opened()
    assert len(rows(page)) == 200
    assert "The first 200 of" in describe(page)


def test_a_choice_that_a_later_file_lacks_is_let_go(published: Path) -> None:
    page = opened(genre="Rock")
    assert page.multiselect(key="upcoming_genres").value == ["Rock"]
    publish(published, changes=("update release_predictions set genre = 'Pop'",))
    rerun(page)
    assert page.multiselect(key="upcoming_genres").value == []
    assert len(rows(page)) > 0


def test_a_broken_address_is_no_error(published: Path) -> None:
    page = opened(horizon="x", from_="yesterday", genre="Polka", watched="2", lang="fr")
    assert page.selectbox(key="upcoming_horizon").value == 30
    assert page.date_input(key="upcoming_from").value is None
    assert page.title[0].value == "Upcoming releases"


def test_the_first_of_the_list_are_drawn_each_on_a_line_of_its_own(published: Path) -> None:
    with duckdb.connect(str(published)) as connection:
        connection.execute("update release_predictions set artist_name = 'One', release_title = 'Name'")
    page = opened()
    assert titles(page) == ["First 10 of the list: VK streams in 30 days"]
    table = page.dataframe[0].value.iloc[0]
    lower, upper = (number(table[end]) for end in ("lower_80", "upper_80"))
    assert f"in 80 % of such cases between {lower} and {upper}" in describe(page)
    [chart] = page.get("vega_lite_chart")
    drawn = pa.ipc.open_stream(chart.proto.datasets[0].data.data).read_pandas()
    assert len(drawn) == drawn["name"].nunique() == 10
    assert drawn["lower_80"].iloc[0] == table["lower_80"]
