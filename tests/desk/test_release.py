"""Release: the fan, how it narrowed, reasons, precedents, history; refused, unknown and hostile ones."""

import json
from pathlib import Path

import altair as alt
import duckdb
import pytest
from altair.utils import schemapi

from tests.desk.pages import PAGES, address, describe, opened, rerun, titles
from tests.desk.world import HOSTILE, publish

# out long enough ago: seven as-of days, and the total of 30 days is known
MATURE, YOUNG = "4607000000040", "4607000000045"


def test_a_release_shows_totals_intervals_and_actuals_with_units(published: Path) -> None:
    page = opened("release", release=MATURE)
    assert [metric.label for metric in page.metric] == ["VK streams in 14 days", "VK streams in 30 days"]
    assert all(metric.value for metric in page.metric)
    said = describe(page)
    assert said.count("Actual total: ") == 2
    assert "80 %: " in said and "90 %: " in said
    assert "How it narrowed as days came" in said
    assert titles(page)[:2] == ["From what is known to what may come", "Total of 14 days"]
    # seven as-of days of either horizon
    history = page.dataframe[-1].value
    assert history["as_of_day"].tolist() == [day for day in range(1, 8) for _ in range(2)]


def test_how_a_forecast_narrowed_is_shown_for_the_horizon_chosen(published: Path) -> None:
    page = opened("release", release=MATURE)
    assert "Total of 14 days, 80 % interval" in describe(page)
    chosen = next(group for group in page.get("button_group") if group.key == "release_horizon")
    chosen.set_value(30)
    rerun(page)
    assert titles(page)[1] == "Total of 30 days"
    assert "Total of 30 days, 80 % interval" in describe(page)
    assert "Total of 14 days, 80 % interval" not in describe(page)


def test_every_chart_says_in_words_what_is_to_be_seen(published: Path) -> None:
    for name in PAGES[1:]:
        page = opened(name, release=MATURE)
        drawn = page.get("vega_lite_chart")
        assert drawn
        captions = [caption.value for caption in page.caption]
        for chart in drawn:
            assert chart.proto.alt in captions, name
            # the page does not check what it draws
            assert not schemapi.validate_jsonschema(
                json.loads(chart.proto.spec),
                alt.LayerChart._schema,
                rootschema=alt.LayerChart._rootschema,
                raise_error=False,
            ), name


def test_the_first_day_of_a_release_has_one_forecast_and_says_so(published: Path) -> None:
    page = opened("release", release=YOUNG)
    said = describe(page)
    assert "the only forecast so far, with days known 1" in said
    assert said.count("Actual total not known yet.") == 2
    assert "Forecast of" not in said


def test_reasons_and_precedents_are_told(published: Path) -> None:
    page = opened("release", release=MATURE)
    reasons = [text.value for text in page.text if text.value.startswith("• ")]
    # of each horizon the three strongest, and all with what they start from
    assert [len(text.splitlines()) for text in reasons] == [3, 5, 3, 5]
    assert sum("• the usual release: 2 K" in text for text in reasons) == 2
    assert all("• the label is" in text for text in reasons)
    said = describe(page)
    assert "In 14 days they had between 14.0 K and 70.0 K VK streams, 42.0 K in the middle." in said
    similar = next(table.value for table in page.dataframe if "distance" in table.value)
    assert similar["release_title"].tolist() == [f"Song {place}" for place in range(1, 6)]
    assert similar["streams_14"].tolist() == [14_000 * place for place in range(1, 6)]
    assert similar["streams_30"].tolist() == [30_000 * place for place in range(1, 6)]


def test_reasons_are_in_the_readers_language(published: Path) -> None:
    reasons = [text.value for text in opened("release", release=MATURE, lang="ru").text if "• " in text.value]
    assert sum("• обычный релиз: 2 тыс." in text for text in reasons) == 2
    assert all("• лейбл: " in text for text in reasons)
    assert not any("the label is" in reason for reason in reasons)
    # a file of before there were Russian reasons
    with duckdb.connect(str(published)) as connection:
        connection.execute("alter table prediction_drivers drop column reason_ru")
    assert "• the label is" in describe(opened("release", release=MATURE, lang="ru"))


def test_a_release_without_reasons_precedents_or_history_says_so(published: Path) -> None:
    publish(
        published,
        changes=(
            "delete from prediction_drivers",
            "delete from similar_releases",
            f"delete from prediction_history where release_id = '{MATURE}'",
        ),
    )
    said = "\n".join(info.value for info in opened("release", release=MATURE).info)
    assert "that of the usual one" in said
    assert "No earlier release" in said
    assert "No history is published" in said


WHY = "not enough data: TikTok or VK delivered no day since the release"
FIGURES = ("predicted_streams", "expected_streams", "lower_80", "upper_80", "lower_90", "upper_90", "predicted_class",
           "probability_high", "promotion_value", "is_promotion_candidate")  # fmt: skip


def test_a_refused_release_says_why_and_shows_no_number(published: Path) -> None:
    nothing = ", ".join(f"{name} = null" for name in FIGURES)
    with duckdb.connect(str(published)) as connection:
        connection.execute(
            f"update release_predictions set {nothing}, refusal = ?, main_drivers = ? where release_id = ?",
            [WHY, WHY, YOUNG],
        )
    page = opened("release", release=YOUNG)
    assert "No forecast is made for this release" in page.warning[0].value
    assert WHY in [text.value for text in page.text]
    assert not page.metric
    # in the list of upcoming releases it comes last, with its refusal for a reason
    rows = opened().dataframe[0].value
    assert rows["main_drivers"].tolist()[-1] == WHY
    assert rows["expected_streams"].isna().tolist()[-1]


def test_an_unknown_release_is_said_and_shown_as_text(published: Path) -> None:
    page = opened("release", release=HOSTILE)
    assert "No forecast is published" in page.warning[0].value
    assert HOSTILE in [text.value for text in page.text]
    assert not page.metric


def test_nothing_forecast_is_said(published: Path) -> None:
    publish(published, changes=("delete from release_predictions", "delete from prediction_history"))
    assert "Nothing is forecast yet" in opened("release").info[0].value


def test_search_finds_a_release_and_keeps_the_one_that_is_open(published: Path) -> None:
    page = opened("release", release=MATURE)
    page.text_input(key="release_search").set_value("zoya")
    rerun(page)
    assert address(page, "release") == [MATURE]
    page.selectbox(key="release_picked").set_value("4607000000005")
    rerun(page)
    assert address(page, "release") == ["4607000000005"]
    assert "Zoya 5" in page.get("html")[0].proto.body
    page.text_input(key="release_search").set_value("nobody")
    rerun(page)
    assert "No release matches this search" in page.info[0].value


def test_open_release_leads_from_the_list(published: Path) -> None:
    page = opened()
    picked = page.selectbox(key="upcoming_picked").value
    page.button(key="upcoming_open").click()
    rerun(page)
    assert page.title[0].value == "Release"
    assert address(page, "release") == [picked]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_names_that_look_like_markup_are_shown_as_they_stand(published: Path, language: str) -> None:
    with duckdb.connect(str(published)) as connection:
        for table in ("release_predictions", "similar_releases"):
            connection.execute(
                f"update {table} set artist_name = $name, release_title = $name, label_name = $name, genre = $name",
                {"name": HOSTILE},
            )
        for name in ("reason", "reason_ru"):
            connection.execute(f"update prediction_drivers set {name} = 'the label is ' || $name", {"name": HOSTILE})
        connection.execute("update rejected_rows set reason = $name, file_name = $name", {"name": HOSTILE})
        connection.execute("update feature_drift set feature_name = $name", {"name": HOSTILE})
    for name in PAGES:
        page = opened(name, release=MATURE, lang=language)
        # what Streamlit reads as Markdown, or as HTML, holds none of it
        for kind in ("title", "header", "subheader", "markdown", "caption", "info", "warning"):
            assert all(HOSTILE[:9] not in str(element.value) for element in getattr(page, kind)), (name, kind)
        for element in page.get("html"):
            assert "<script" not in element.proto.body
            assert "&lt;script&gt;alert(1)&lt;/script&gt; **x** [y](http://z)" in element.proto.body
        assert all(HOSTILE[:9] not in element.label for kind in ("button", "metric") for element in getattr(page, kind))
        assert all(HOSTILE[:9] not in expander.label for expander in page.expander)


def test_a_search_that_one_release_matches_opens_it(published: Path) -> None:
    page = opened("release", release="4607000000003")
    page.text_input(key="release_search").set_value("4607000000005")
    rerun(page)
    assert address(page, "release") == ["4607000000005"]
    assert page.selectbox(key="release_picked").value == "4607000000005"
    page.text_input(key="release_search").set_value("nobody's")
    rerun(page)
    assert address(page, "release") == ["4607000000005"]
