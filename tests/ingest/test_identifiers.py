import duckdb
import pytest

from hitcast.ingest.identifiers import ODDITIES, canonical, oddity, unwrapped


def _verdict(text: str | None, name: str, is_tame: bool) -> tuple[str | None, str]:
    """What an id becomes, and what is wrong with it."""
    [(ours, number)] = duckdb.execute(
        f"""
        select {canonical("t", name)}, {oddity("t", name, is_tame)}
        from (select {unwrapped("x")} as t from (select cast(? as varchar) as x))
        """,
        [text],
    ).fetchall()
    return ours, ODDITIES[number - 1] if number else ""


@pytest.mark.parametrize("is_tame", [False, True])
@pytest.mark.parametrize(
    ("name", "text", "ours"),
    [
        ("isrc", "RUA0A2400001", "RUA0A2400001"),
        ("isrc", "ru-a0a-24-00001", "RUA0A2400001"),
        ("isrc", "RU A0A 24 00001", "RUA0A2400001"),
        ("isrc", "RU\u2013A0A\u201324\u201300001", "RUA0A2400001"),
        ("isrc", "ISRC RU-A0A-24-00001", "RUA0A2400001"),
        ("isrc", "RU_A0A_24_00001", "RUA0A2400001"),
        ("isrc", "ru a0a  24 - 00001", "RUA0A2400001"),
        # of Iceland, so that the code itself begins with ISRC
        ("isrc", "isrc12400001", "ISRC12400001"),
        ("isrc", "IS-RC1-24-00001", "ISRC12400001"),
        ("isrc", "track-1", "track-1"),
        ("isrc", "2QjOHCTQ1Jl3zawyYOpxh6", "2QjOHCTQ1Jl3zawyYOpxh6"),
        ("isrc", "трек-1", "трек-1"),
        ("isrc", None, None),
        ("upc", "4600700000015", "4600700000015"),
        ("upc", "4600700000015.0", "4600700000015"),
        ("upc", '="4600700000015"', "4600700000015"),
        ("upc", "'4600700000015", "4600700000015"),
        ("upc", "12345678905", "012345678905"),
        ("upc", "0012345678905", "012345678905"),
        ("upc", "00012345678905", "012345678905"),
        ("upc", "4 600700 000015", "4600700000015"),
        ("upc", "4-600700-00001-8", "4600700000018"),
        ("upc", "1-2345-67890-5", "012345678905"),
        ("upc", "EAN: 4600700000015", "4600700000015"),
        # a wrong check digit, and too short to be a UPC: a number of the label's own
        ("upc", "12345678904", "12345678904"),
        ("upc", "00000017", "00000017"),
        ("upc", "total-eclipse", "total-eclipse"),
        ("isrc", "allstar-1", "allstar-1"),
        ("isrc", "01-02-03", "01-02-03"),
        ("artist_id", "0", "0"),
        ("artist_id", "7.0", "7"),
        ("artist_id", "007", "007"),
        ("sound_id", "7012345678901234567", "7012345678901234567"),
    ],
)
def test_what_is_only_presentation_goes(name: str, text: str | None, ours: str | None, is_tame: bool) -> None:
    assert _verdict(text, name, is_tame) == (ours, "")


@pytest.mark.parametrize("is_tame", [False, True])
@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("upc", "4.6007E+12", 1),
        ("upc", "4,6007E+12", 1),
        ("upc", "4.60070000001e11", 1),
        ("sound_id", "7012345678901234567.0", 1),
        ("isrc", "nan", 2),
        ("isrc", "NULL", 2),
        ("artist_id", "#N/A", 2),
        ("isrc", "=A1", 3),
        ("isrc", "=VLOOKUP(A1;B:B;1)", 3),
        ("isrc", 'RU"A0A2400001"', 4),
        ("isrc", "RUA0A\n2400001", 4),
        ("isrc", "RU\u0410\u041e\u04102400001", 5),
        ("isrc", "0", 2),
        ("isrc", "-", 2),
        ("isrc", "n/a", 2),
        ("isrc", "Unknown", 2),
        ("upc", "000000000000", 2),
        ("sound_id", "неизвестно", 2),
        ("artist_id", "—", 2),
        ("isrc", "RUA112100001;RUA112100002", 6),
        ("isrc", "RUA112100001, RU-A11-21-00002", 6),
        ("isrc", "RUA112100001\nRUA112100002", 6),
        ("isrc", "RUA112100001RUA112100002", 6),
        ("upc", "4600700000015/4600700000022", 6),
        ("sound_id", "7012345678901234567|7012345678901234568", 6),
        ("isrc", "Итого", 7),
        ("isrc", "ИТОГО:", 7),
        ("isrc", "Всего за день (RU)", 7),
        ("isrc", "Grand Total", 7),
        ("isrc", "*** TOTALS ***", 7),
        ("isrc", "Сумма", 7),
        ("isrc", "Промежуточный итог", 7),
        ("sound_id", "All", 7),
        ("sound_id", "Total: 12 sounds", 7),
        ("upc", "Subtotal", 7),
        ("artist_id", "sum", 7),
        ("isrc", "2024-03-01", 8),
        ("isrc", "01.03.2024", 8),
        ("isrc", "2024/03/01 00:00:00", 8),
        ("sound_id", "3/1/2024", 8),
    ],
)
def test_what_cannot_be_an_id_is_told_apart(name: str, text: str, wrong: int, is_tame: bool) -> None:
    assert _verdict(text, name, is_tame)[1] == ODDITIES[wrong - 1]


@pytest.mark.parametrize("mark", ["\0", "\x1b", "\u200b", "\u00ad", "\ufeff"])
def test_what_nobody_sees_is_found_where_a_file_may_hold_it(mark: str) -> None:
    assert _verdict(f"RUA0A{mark}2400001", "isrc", is_tame=False)[1] == ODDITIES[3]
