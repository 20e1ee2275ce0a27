"""Codes that lack the form of most others beside them: rejected, or left empty, unless the mapping says so."""

from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_ledger
from hitcast.ingest.report import TableReport

GOOD = [f"RUA0A24000{i:02}" for i in range(1, 7)]
SOUNDS = [f"70123456789012345{i:02}" for i in range(1, 7)]
UPCS = ["4600700000018", "012345678905", "4006381333931", "5901234123457"]
STREAMS = "stream_date,isrc,territory,streams"


def _deliver(home: Home, folder: Path, lines: list[str], mapping: str = "") -> TableReport:
    (folder / "export.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (folder / "map.yml").write_text(mapping, encoding="utf-8")
    mappings = [folder / "map.yml"] if mapping else []
    [table] = ingest(home, [folder / "export.csv"], mappings, accept_loss=True).tables
    return table


def _streams(codes: list[str]) -> list[str]:
    return [STREAMS, *(f"2024-03-01,{code},RU,5" for code in codes)]


def _landed(home: Home, column: str) -> list[str | None]:
    files = [str(path) for path in landed_files(home, read_ledger(home))]
    return [value for (value,) in duckdb.execute(f"select {column} from read_parquet(?)", [files]).fetchall()]


@pytest.mark.parametrize(
    "code",
    ["RUA0A240001", "RUA0A24000011", "RUA0A24O0001", "4600700000018", "20240301", "Песня", "RUA0A2400001X", "7"],
)
def test_a_recording_of_another_form_is_rejected_and_its_day_partial(home: Home, tmp_path: Path, code: str) -> None:
    table = _deliver(home, tmp_path, _streams([*GOOD, code]))
    assert (table.read, table.accepted, table.rejected) == (7, 6, 1)
    [(column, reason, _)] = table.reasons
    assert column == "isrc"
    assert reason.startswith("is no ISRC, and most codes beside it are") and "`codes: own`" in reason
    assert sorted(map(str, _landed(home, "isrc"))) == GOOD
    assert table.rejects_file is not None
    assert f",{code}," in table.rejects_file.read_text(encoding="utf-8-sig")
    # nobody can tell whose it is: no recording of that name is unknown, all are
    [partial] = table.days_partial
    assert partial.recordings is None


@pytest.mark.parametrize("codes", [["track-1", "track-2", *GOOD[:3]], ["a", "b", "c"]])
def test_a_label_that_numbers_its_recordings_as_it_likes_loses_none(
    home: Home, tmp_path: Path, codes: list[str]
) -> None:
    table = _deliver(home, tmp_path, _streams(codes))
    assert (table.accepted, table.rejected) == (len(codes), 0)


def test_a_mapping_can_say_that_such_codes_are_the_labels_own(home: Home, tmp_path: Path) -> None:
    mapping = 'tables: {vk_stream_days: {files: ["*.csv"], codes: own}}'
    table = _deliver(home, tmp_path, _streams([*GOOD, "DEMO-7"]), mapping)
    assert (table.accepted, table.rejected) == (7, 0)
    catalog = 'tables: {catalog_tracks: {files: ["*.csv"], codes: own}}'
    rows = [f"{upc},{isrc},T,1,A,2024-03-01" for upc, isrc in zip([*UPCS, "DEMO-EP"], GOOD, strict=False)]
    table = _deliver(home, tmp_path, ["upc,isrc,release_title,artist_id,artist_name,release_date", *rows], catalog)
    assert (table.accepted, table.rejected) == (5, 0)


def test_sound_and_recording_that_changed_places_are_no_sound_and_no_recording(home: Home, tmp_path: Path) -> None:
    rows = [f"2024-03-01,{sound},{isrc},RU,5" for sound, isrc in zip(SOUNDS[:5], GOOD, strict=False)]
    swapped = f"2024-03-01,{GOOD[5]},{SOUNDS[5]},RU,5"
    table = _deliver(home, tmp_path, ["activity_date,sound_id,isrc,territory,views", *rows, swapped])
    assert (table.accepted, table.rejected) == (5, 1)
    assert table.reasons[0][:1] == ("sound_id",)
    assert sorted(map(str, _landed(home, "isrc"))) == GOOD[:5]


def test_an_optional_code_of_another_form_is_left_empty_and_counted(home: Home, tmp_path: Path) -> None:
    rows = [
        f"2024-03-01,{sound},{isrc},RU,5" for sound, isrc in zip(SOUNDS, [*GOOD[:4], "", "RUA0A240005"], strict=True)
    ]
    table = _deliver(home, tmp_path, ["activity_date,sound_id,isrc,territory,views", *rows])
    assert (table.accepted, table.rejected) == (6, 0)
    [left] = table.emptied
    assert (left.column, left.rows, left.examples) == ("isrc", 1, ("RUA0A240005",))
    assert sorted(map(str, _landed(home, "isrc"))) == ["None", "None", *GOOD[:4]]


@pytest.mark.parametrize("upc", ["4600700000015", "460070000002", "RUA0A2400001", "46007000000188"])
def test_a_release_with_a_wrong_code_is_rejected(home: Home, tmp_path: Path, upc: str) -> None:
    rows = [f"{code},{isrc},T,1,A,2024-03-01" for code, isrc in zip([*UPCS, upc], GOOD, strict=False)]
    table = _deliver(home, tmp_path, ["upc,isrc,release_title,artist_id,artist_name,release_date", *rows])
    assert (table.accepted, table.rejected) == (4, 1)
    [(column, reason, _)] = table.reasons
    assert column == "upc" and reason.startswith("is no UPC with a right check digit")


@pytest.mark.parametrize("total", ["Итого", "ВСЕГО:", "Grand Total", "all", "Сумма"])
@pytest.mark.parametrize("header", [STREAMS, "activity_date,sound_id,territory,views"])
def test_a_total_is_no_recording_and_no_sound(home: Home, tmp_path: Path, header: str, total: str) -> None:
    codes = ["a1", "b2", total]
    table = _deliver(home, tmp_path, [header, *(f"2024-03-01,{code},RU,5" for code in codes)])
    assert (table.accepted, table.rejected) == (2, 1)
    assert "`skip: [" in table.reasons[0][1]


def test_a_day_in_the_place_of_the_recording_is_nobodys(home: Home, tmp_path: Path) -> None:
    table = _deliver(home, tmp_path, [*_streams(GOOD), f"{GOOD[0]},2024-03-01,RU,5"])
    assert (table.accepted, table.rejected) == (6, 1)
    [partial] = table.days_partial
    assert partial.recordings is None
