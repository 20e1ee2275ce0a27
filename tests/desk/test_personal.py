"""What a reader does: language, name, stars and decisions, each kept where the next visit finds it."""

from pathlib import Path

import pytest

from hitcast.cli.app import app
from hitcast.core.decisions import Decision, read_decisions
from hitcast.core.home import Home
from hitcast.core.stars import set_star, starred
from hitcast.desk.texts import text
from tests.desk.client import Client, release_path, serving
from tests.desk.states import PAGES
from tests.desk.world import FIRST_ID, PAST_ID

OTHER_ID = "4607000000002"


def star(reader: Client, release_id: str, on: str = "1", back: str = "/releases?show=all") -> int:
    answer = reader.post(f"{release_path(release_id)}/star", on=on, next=back)
    assert answer.status == 303, answer.text
    assert answer.goes_to == back
    return answer.status


@pytest.mark.parametrize(
    ("header", "language"),
    [("ru", "ru"), ("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("en-US,en;q=0.9,ru;q=0.8", "en"), ("de,ru;q=0.5", "ru"),
     ("de", "en"), ("", "en"), ("en;q=0.1,ru;q=0.7", "ru"), ("ru;q=x,en", "en"), (";;;,,,q=", "en"), ("*", "en")],
)  # fmt: skip
def test_the_browser_chooses_the_language(desk: Client, header: str, language: str) -> None:
    page = desk.get("/", {"accept-language": header}).page
    assert page.one("html").attributes["lang"] == language


def test_the_reader_chooses_it_for_a_year_and_stays_on_the_page(desk: Client) -> None:
    here = "/releases?show=all&search=%D0%B2"
    form = next(node for node in desk.get(here).page.all("form") if node.attributes.get("action") == "/language")
    assert form.one("input", name="next").attributes["value"] == here
    answer = desk.post("/language", language="ru", next=here)
    assert answer.goes_to == here
    assert "Max-Age=31536000" in answer.headers["set-cookie"]
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert desk.get(here).page.one("html").attributes["lang"] == "ru"
    refused = desk.post("/language", language="xx", next=here)
    assert (refused.status, refused.cookies) == (422, {})
    assert "language=xx: нет такого, есть en, ru" in refused.page.text


@pytest.mark.parametrize("name", ["Anna", "Анна Петрова", "x; path=/; a=b", '"quoted"', "a,b", "100 % =&", "🦄"])
def test_a_list_is_found_again_under_its_name_in_any_browser(home: Home, name: str) -> None:
    with serving(home) as address:
        first, second, stranger = Client(address), Client(address), Client(address)
        for reader in (first, second):
            assert reader.post("/reader", name=name, next="/").goes_to == "/"
        stranger.post("/reader", name="Somebody else", next="/")
        star(first, FIRST_ID)
        for reader, stars in ((first, 1), (second, 1), (stranger, 0)):
            found = reader.get("/releases", show="starred")
            assert len(found.page.all("input", name="release")) == stars
            assert FIRST_ID in reader.get("/").text or not stars
            pressed = [node.attributes["aria-label"] for node in reader.get(release_path(FIRST_ID)).page.all("button")
                       if node.text in ("★", "☆")]  # fmt: skip
            assert pressed[0].startswith("Take off my list" if stars else "Add to my list")
        assert name in first.get("/reader").page.one("input", name="name").attributes["value"]


def test_a_star_given_twice_is_one_and_so_is_one_taken(desk: Client, home: Home) -> None:
    desk.post("/reader", name="Anna")
    for release_id in (FIRST_ID, OTHER_ID, FIRST_ID, FIRST_ID):
        star(desk, release_id)
    assert set(starred(home, "Anna")) == {FIRST_ID, OTHER_ID}
    for _ in range(2):
        star(desk, FIRST_ID, "0")
    assert starred(home, "Anna") == [OTHER_ID]


def test_who_has_no_name_is_asked_for_one_and_comes_back(desk: Client) -> None:
    answer = desk.post(f"{release_path(FIRST_ID)}/star", on="1", next="/releases?show=new")
    assert answer.goes_to == "/reader?next=%2Freleases%3Fshow%3Dnew"
    form = desk.get(answer.goes_to).page.one("main").one("form")
    assert form.one("input", name="next").attributes["value"] == "/releases?show=new"
    assert desk.post("/reader", name=" ", next="/").status == 303
    assert desk.post(f"{release_path(FIRST_ID)}/star", on="1").goes_to.startswith("/reader")


def test_only_what_is_in_the_catalog_is_starred_or_decided(desk: Client, home: Home) -> None:
    desk.post("/reader", name="Anna")
    for odd in ("no such", "'; drop table stars; --", "9" * 300):
        assert desk.post(f"{release_path(odd)}/star", on="1").status == 404
        assert desk.post(f"{release_path(odd)}/decide", decision="promoted").status == 404
    assert starred(home, "Anna") == []
    assert read_decisions(home) == []


def test_a_list_holds_what_it_can_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitcast.core.stars.MAX_STARS", 5)
    home = Home(tmp_path)
    for number in range(8):
        set_star(home, "Anna", f"R{number:05}", True)
    kept = starred(home, "Anna")
    assert len(kept) == 5
    assert kept[0] == "R00007"
    assert "R00000" not in kept
    assert starred(home, "anna") == starred(home, "") == []


def test_stars_are_cut_to_one_line_of_forty_signs(desk: Client) -> None:
    desk.post("/reader", name="a\u202eb\nc\x00" + "x" * 90)
    shown = desk.get("/reader").page.one("input", name="name").attributes["value"]
    assert shown == "abc" + "x" * 37


def said(decisions: list[Decision]) -> list[tuple[object, ...]]:
    return [one.said for one in decisions]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"decision": "promoted", "spend": "15 000", "forecast": "90000", "note": "as we agreed"},
         ["promoted", "--spend", "15000", "--forecast", "90000", "--note", "as we agreed"]),
        ({"decision": "declined", "note": "too late"}, ["declined", "--note", "too late"]),
        ({"decision": "promoted", "spend": "15000,50"}, ["promoted", "--spend", "15000.50"]),
        ({"decision": "promoted", "note": "заметка = 1"}, ["promoted", "--note", "заметка = 1"]),
    ],
)  # fmt: skip
def test_the_form_notes_what_the_command_notes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], words: list[str]
) -> None:
    from typer.testing import CliRunner

    with serving(home) as address:
        answer = Client(address).post(f"{release_path(FIRST_ID)}/decide", **fields)
        assert answer.status == 303
        assert answer.goes_to == f"{release_path(FIRST_ID)}?decided={fields['decision']}"
        assert "Saved:" in Client(address).get(answer.goes_to).main
        assert Client(address).post(f"{release_path(FIRST_ID)}/decide", **fields).status == 303
    by_form = read_decisions(home)
    other = Home(tmp_path / "other")
    other.serving.mkdir(parents=True)
    (other.serving / "hitcast.duckdb").write_bytes((home.serving / "hitcast.duckdb").read_bytes())
    monkeypatch.setenv("HITCAST_HOME", str(other.root))
    done = CliRunner().invoke(app, ["decide", FIRST_ID, *words])
    assert done.exit_code == 0, done.output
    assert said(by_form) == said(read_decisions(other))
    assert len(by_form) == 1, "sent twice, it is one decision"


def test_a_release_without_a_forecast_can_be_decided_on(desk: Client, home: Home) -> None:
    assert desk.post(f"{release_path(PAST_ID)}/decide", decision="declined").status == 303
    assert [one.release_id for one in read_decisions(home)] == [PAST_ID]
    assert "Declined, " in desk.get(release_path(PAST_ID)).main


@pytest.mark.parametrize(
    ("language", "latest", "before"),
    [("en", "Declined, ", "Promoted, "), ("ru", "Не продвигаем, ", "Продвигаем, ")],
)
def test_what_was_decided_is_shown_at_once_with_what_it_replaced(
    desk: Client, language: str, latest: str, before: str
) -> None:
    desk.post(f"{release_path(FIRST_ID)}/decide", decision="promoted", spend="1000", note="first")
    desk.post(f"{release_path(FIRST_ID)}/decide", decision="declined", note="second")
    section = desk.get(release_path(FIRST_ID), {"accept-language": language}).page.one("section", class_="decide")
    counting, _, replaced = section.text.partition(text("release.decide.replaced", "ru" if language == "ru" else "en"))
    assert latest in counting and ": second" in counting and ": first" not in counting
    assert before in replaced and "1" in replaced and ": first" in replaced


@pytest.mark.parametrize("amount", ["-1", "x", "nan", "inf", "1e999", "1;2", "0x10", "1_000", "١٢x"])
@pytest.mark.parametrize("name", ["spend", "forecast"])
def test_a_wrong_amount_is_refused_in_words(desk: Client, home: Home, name: str, amount: str) -> None:
    fields = {"decision": "promoted", name: amount}
    for language, said in (("en", "is no amount"), ("ru", "не число")):
        answer = desk.post(f"{release_path(FIRST_ID)}/decide", {"accept-language": language}, **fields)
        assert answer.status == 422
        assert amount in answer.main
        assert said in answer.main
    assert read_decisions(home) == []


@pytest.mark.parametrize("fields", [{}, {"decision": ""}, {"decision": "maybe"}, {"spend": "3"}])
def test_what_is_no_decision_is_refused(desk: Client, home: Home, fields: dict[str, str]) -> None:
    assert desk.post(f"{release_path(FIRST_ID)}/decide", **fields).status == 422
    assert read_decisions(home) == []


def test_a_note_is_one_line_and_shown_as_text(desk: Client, home: Home) -> None:
    note = "<b>bold</b>\r\nsecond\x1b[31m" + "x" * 900
    desk.post(f"{release_path(FIRST_ID)}/decide", decision="declined", note=note)
    (kept,) = read_decisions(home)
    assert kept.note.startswith("<b>bold</b>")
    assert kept.note.isprintable()
    assert len(kept.note) == 500


def test_the_api_gives_what_was_noted_as_the_page_does(desk: Client, home: Home) -> None:
    path = f"/api/v1/{release_path(FIRST_ID).lstrip('/')}"
    before = desk.get(path).json
    assert (before["noted"], before["unread"]) == ([], "")
    desk.post(f"{release_path(FIRST_ID)}/decide", decision="promoted", spend="1000", note="first")
    desk.post(f"{release_path(FIRST_ID)}/decide", decision="declined", note="second")
    after = desk.get(path).json
    assert [(one["decision"], one["spend"], one["note"]) for one in after["noted"]] == [
        ("declined", None, "second"), ("promoted", 1000.0, "first"),
    ]  # fmt: skip
    assert after["decision"] == before["decision"]
    home.decisions.write_bytes(b"no database at all" * 100)
    assert "is damaged" in desk.get(path).json["unread"]


def test_a_locked_or_damaged_file_of_decisions_is_one_line_and_pages_go_on(desk: Client, home: Home) -> None:
    desk.post("/reader", name="Anna")
    home.decisions.write_bytes(b"no database at all" * 100)
    for path in (release_path(FIRST_ID), "/"):
        answer = desk.get(path)
        assert answer.status in (200, 503)
        assert "Traceback" not in answer.text
    answer = desk.post(f"{release_path(FIRST_ID)}/decide", decision="declined")
    assert answer.status == 503
    assert "is damaged" in answer.main


def test_every_page_has_the_reader_s_list_and_the_other_language(desk: Client) -> None:
    desk.post("/reader", name="Anna")
    for name in ("week", "releases", "release", "plan", "trust", "health"):
        page = desk.get(PAGES[name]).page
        assert "List: Anna" in page.one("header").text
        assert "Русский" in page.one("header").text
