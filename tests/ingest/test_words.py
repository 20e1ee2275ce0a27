"""Words of columns that take a few only: in any case, unforeseen, put together, and totals over them."""

from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.landing import landed_files, read_ledger
from hitcast.ingest.report import IngestReport

HEADER = "stream_date,isrc,territory,gender,age_band,source,subscription,streams"
COLUMNS = ("gender", "age_band", "source", "subscription")
START = "2024-03-01,RUA0A2400001,RU"


def _deliver(home: Home, folder: Path, lines: list[str], keys: str = "") -> IngestReport:
    (folder / "vk.csv").write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    (folder / "map.yml").write_text(f'tables: {{vk_stream_days: {{files: ["*.csv"]{keys}}}}}', encoding="utf-8")
    return ingest(home, [folder / "vk.csv"], [folder / "map.yml"], accept_loss=True)


def _landed(home: Home) -> list[tuple[str | int | None, ...]]:
    [path] = landed_files(home, read_ledger(home))
    query = "select gender, age_band, source, subscription, streams from read_parquet(?) order by all"
    return duckdb.execute(query, [str(path)]).fetchall()


def test_words_land_as_the_contract_has_them_whatever_their_case(home: Home, tmp_path: Path) -> None:
    report = _deliver(
        home, tmp_path, [f"{START},Female,18-24,Own Music,PAID,5", f"{START},MALE,45_Plus,own-music,Free,6"]
    )
    assert report.concerns() == []
    assert _landed(home) == [("female", "18_24", "own_music", "paid", 5), ("male", "45_plus", "own_music", "free", 6)]


@pytest.mark.parametrize(
    ("words", "column", "cure"),
    [
        ("female,18_24,search,Premium", "subscription", "values: {subscription: {'Premium': paid}}"),
        ("Женский,18_24,search,paid", "gender", "values: {gender: {'Женский': female}}"),
        (
            "female,18_24,stories,paid",
            "source",
            "{'stories': playlist or search or recommendations or own_music or other",
        ),
        ("female,100+,search,paid", "age_band", "values: {age_band: {'100+': under_18 or 18_24"),
    ],
)
def test_an_unforeseen_word_is_empty_and_told_with_the_line_to_add(
    home: Home, tmp_path: Path, words: str, column: str, cure: str
) -> None:
    report = _deliver(home, tmp_path, [f"{START},{words},5", f"{START},female,18_24,other,paid,6"])
    [left] = report.tables[0].emptied
    assert (left.column, left.rows) == (column, 1)
    assert cure in left.describe()
    assert report.concerns() == ["1 value left empty"]
    place = COLUMNS.index(column)
    assert [row[place] for row in _landed(home) if row[-1] == 5] == [None]


@pytest.mark.parametrize("figures", [(5, 6), (5, 5)])
@pytest.mark.parametrize("words", [("radio", "stories"), ("radio", ""), ("", "radio")])
def test_unforeseen_words_of_one_key_add_up_and_lose_nothing(
    home: Home, tmp_path: Path, figures: tuple[int, int], words: tuple[str, str]
) -> None:
    rows = [f"{START},female,18_24,{word},paid,{figure}" for word, figure in zip(words, figures, strict=True)]
    report = _deliver(home, tmp_path, [*rows, f"{START},female,18_24,search,paid,7"])
    [table] = report.tables
    assert (table.accepted, table.rejected, table.duplicate) == (3, 0, 0)
    assert _landed(home) == [
        ("female", "18_24", "search", "paid", 7),
        ("female", "18_24", None, "paid", sum(figures)),
    ]
    assert table.emptied[0].rows == sum(word != "" for word in words)


def test_a_row_with_an_unforeseen_word_that_comes_twice_is_a_repeat(home: Home, tmp_path: Path) -> None:
    [table] = _deliver(home, tmp_path, [f"{START},female,18_24,radio,paid,5"] * 2).tables
    assert (table.accepted, table.duplicate) == (1, 1)
    assert [row[-1] for row in _landed(home)] == [5]


@pytest.mark.parametrize("figures", [(5, 6), (5, 5)])
@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (("Плейлист", "Подборка"), ", values: {source: {Плейлист: playlist, Подборка: playlist}}"),
        (("Playlist", "playlist"), ""),
    ],
)
def test_rows_that_differ_by_words_put_together_are_no_repeats(
    home: Home, tmp_path: Path, figures: tuple[int, int], words: tuple[str, str], keys: str
) -> None:
    rows = [f"{START},female,18_24,{word},paid,{figure}" for word, figure in zip(words, figures, strict=True)]
    with pytest.raises(HitcastError, match="two rows of one key differ"):
        _deliver(home, tmp_path, rows, keys)
    [table] = _deliver(home, tmp_path, rows, f"{keys}, combine: sum").tables
    assert (table.accepted, table.duplicate) == (2, 0)
    assert _landed(home) == [("female", "18_24", "playlist", "paid", sum(figures))]


@pytest.mark.parametrize(
    "words",
    ["Все,18_24,search,paid", "female,All ages,search,paid", "female,18_24,ИТОГО,paid", "male,18_24,other,Total"],
)
def test_a_total_over_a_column_is_rejected_for_it_would_count_twice(home: Home, tmp_path: Path, words: str) -> None:
    report = _deliver(home, tmp_path, [f"{START},female,18_24,search,paid,5", f"{START},{words},9"])
    [table] = report.tables
    assert (table.accepted, table.rejected) == (1, 1)
    assert "is a total over others" in table.reasons[0][1]
    assert [row[-1] for row in _landed(home)] == [5]


def test_a_file_of_nothing_but_totals_is_refused_until_the_mapping_says_so(home: Home, tmp_path: Path) -> None:
    rows = [f"{START},All,18_24,search,paid,5"]
    with pytest.raises(HitcastError, match=r"'All' is a total over others.*map it to null"):
        _deliver(home, tmp_path, rows)
    report = _deliver(home, tmp_path, rows, ", values: {gender: {All: null}}")
    assert report.concerns() == []
    assert _landed(home) == [(None, "18_24", "search", "paid", 5)]


@pytest.mark.parametrize("keys", [", values: {source: {Radio: radio}}", ", constants: {subscription: premium}"])
def test_a_mapping_to_a_word_that_is_none_is_refused(home: Home, tmp_path: Path, keys: str) -> None:
    with pytest.raises(HitcastError, match=r"'(radio|premium)' is no \w+. Words are: "):
        _deliver(home, tmp_path, [f"{START},female,18_24,Radio,paid,5"], keys)


def test_words_of_the_contract_are_those_that_are_accepted() -> None:
    for contract in load_contracts().values():
        for column in contract.delivered:
            if column.accepted_values and column.words:
                assert set(column.words) == set(column.accepted_values), column.name
