"""What every page has: language, age, nothing published, a file that takes another's place."""

import json
import re
from pathlib import Path

import pytest

from tests.desk.pages import PAGES, address, describe, opened, rerun
from tests.desk.world import publish


def test_nothing_published_says_what_to_do_in_either_language(published: Path) -> None:
    published.unlink()
    page = opened()
    assert "Run `hitcast run`" in page.info[0].value
    assert str(published) in [text.value for text in page.text]
    assert "Запустите `hitcast run`" in opened(lang="ru").info[0].value


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_drawn_in_russian_without_an_english_word_of_its_own(published: Path, name: str) -> None:
    english, russian = opened(name), opened(name, lang="ru")
    assert russian.title[0].value != english.title[0].value
    for kind in ("title", "subheader", "caption", "info", "warning"):
        for element in getattr(russian, kind):
            assert re.search("[а-яА-Я]", element.value), element.value
    labels = [widget.label for kind in ("selectbox", "multiselect", "text_input", "date_input", "slider", "toggle")
              for widget in getattr(russian, kind)]  # fmt: skip
    for label in labels:
        assert re.search("[а-я]", label), label
    for table in russian.dataframe:
        heads = [head.get("label", "★") for head in json.loads(table.proto.columns).values()]
        assert all(re.search("[а-я★]|^$", head) for head in heads), heads


@pytest.mark.parametrize("name", PAGES)
def test_every_input_has_a_label_that_is_seen(published: Path, name: str) -> None:
    page = opened(name)
    kinds = ("selectbox", "multiselect", "text_input", "date_input", "slider", "toggle", "button_group", "button")
    inputs = [widget for kind in kinds for widget in page.get(kind)]
    assert inputs
    for widget in inputs:
        assert widget.label
        visibility = getattr(widget.proto, "label_visibility", None)
        assert visibility is None or visibility.value == 0


def test_one_control_switches_the_language_and_the_address_keeps_it(published: Path) -> None:
    page = opened()
    page.get("button_group")[0].set_value("ru")
    rerun(page)
    assert page.title[0].value == "Новые релизы"
    assert address(page, "lang") == ["ru"]
    page.switch_page("data.py")
    rerun(page)
    assert page.title[0].value == "Данные"
    assert re.search(r"\d,\d тыс\.", describe(page))
    page.get("button_group")[0].set_value("en")
    rerun(page)
    assert address(page, "lang") == []
    assert page.title[0].value == "Data"


def test_fresh_data_carry_no_warning_but_their_day_and_hour(published: Path) -> None:
    page = opened()
    assert not page.warning
    assert "Data through 1 Mar 2026. Published 2 Mar 2026 06:30 UTC." in describe(page)


def test_old_data_and_an_old_publication_say_how_old_they_are(published: Path) -> None:
    publish(published, releases=8, tested=5, days_old=3)
    for name in PAGES:
        assert ["days ago: 3." in warning.value for warning in opened(name).warning] == [True], name
    publish(published, releases=8, tested=5, hours_old=37)
    assert ["hours ago: 37." in warning.value for warning in opened().warning] == [True]
    publish(published, releases=8, tested=5, days_old=2, hours_old=36)
    assert not opened().warning


def test_a_file_published_again_is_seen_at_the_next_click(published: Path) -> None:
    page = opened()
    publish(published, tested=5, changes=("update release_predictions set release_title = 'Second'",))
    rerun(page)
    assert set(page.dataframe[0].value["release_title"]) == {"Second"}


def test_a_file_published_while_a_page_is_drawn_is_shown_whole(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hitcast.desk import published as reading

    ask = reading._answer

    def publish_amid(version: object, sql: str, parameters: object) -> object:
        answer = ask(version, sql, parameters)
        if not versions:
            publish(published, releases=12, tested=5, spread=10)
        versions.append(version)
        return answer

    versions: list[object] = []
    monkeypatch.setattr(reading, "_answer", publish_amid)
    page = opened()
    assert len(set(versions)) >= 2
    # the count in words and the table are of one file
    assert "Releases: 12." in describe(page)
    assert len(page.dataframe[0].value) == 12
