from datetime import date, timedelta
from pathlib import Path

from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import read_ledger
from hitcast.ingest.partial import EVERYTHING, PartialDay, count_recordings, partial_day

VK = "stream_date,isrc,territory,streams"
TIKTOK = "activity_date,sound_id,isrc,territory,views"
FIRST, SECOND = date(2024, 3, 1), date(2024, 3, 2)
ISRC = "RUA0A2400001"


def _songs(day: date, count: int = 99) -> list[str]:
    return [f"{day},song{n},RU,10" for n in range(count)]


def _land(home: Home, *rows: str, header: str = VK, name: str = "plays.csv") -> list[PartialDay]:
    path = home.root.parent / name
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return ingest(home, [path], accept_loss=True).tables[0].days_partial


def _lines(home: Home) -> dict[date, str | None]:
    return {row.delivered_day: row.partial_recordings for row in read_ledger(home).values()}


def _lines_of_days(home: Home, cases: dict[str, str | None], header: str = VK) -> dict[str, str | None]:
    """Lands each row on a day of its own, DAY in it, beside 99 rows that are sound; returns what the ledger says."""
    rows = []
    for number, row in enumerate(cases):
        day = FIRST + timedelta(days=number)
        sound = _songs(day) if header == VK else [f"{day},sound{n},song{n},RU,10" for n in range(99)]
        rows += [*sound, row.replace("DAY", f"{day}")]
    found = _land(home, *rows, header=header)
    lines = dict(zip(cases, _lines(home).values(), strict=True))
    states = [row.day_state for row in read_ledger(home).values()]
    assert states == ["partial" if line else "whole" for line in lines.values()]
    lacks = [partial_day(day, line, "RU") for day, line in _lines(home).items()]
    assert found == [lack for lack in lacks if lack]
    return lines


def test_a_rejected_row_concerns_what_it_would_have_counted_for(home: Home) -> None:
    cases = {
        # a figure that cannot be read, that is not there, that is out of range
        f"DAY,{ISRC},RU,1.2K": f"RU {ISRC}",
        f"DAY,{ISRC},RU,": f"RU {ISRC}",
        "DAY,ru-a0a-24-00001,RU,-5": f"RU {ISRC}",
        # the label's own numbering
        "DAY,song 7,RU,1.2K": "RU song 7",
        # a territory that cannot be read may be the analyzed one; two letters are another
        f"DAY,{ISRC},Russia,5": f"** {ISRC}",
        f"DAY,{ISRC},UK,5": f"UK {ISRC}",
        f"DAY,{ISRC},KZ,1.2K": f"KZ {ISRC}",
        # a key that cannot be read, or is not there, may be anybody's
        "DAY,4.6E+12,RU,10": "RU *",
        "DAY,,RU,10": "RU *",
        "DAY,,Russia,10": "** *",
        # its sum is that of the others: a total; nearly so is none
        "DAY,,RU,990": None,
        "DAY,,RU,991": "RU *",
    }
    assert _lines_of_days(home, cases) == cases


def test_rejected_sounds(home: Home) -> None:
    cases = {
        f"DAY,s,{ISRC},RU,1.2K": f"RU {ISRC}",
        f"DAY,4.6E+12,{ISRC},RU,5": f"RU {ISRC}",
        # a sound that was not matched counts for nobody
        "DAY,s,,RU,1.2K": None,
        # one that was matched to what cannot be read may count for anybody
        "DAY,s,4.6E+12,RU,1.2K": "RU *",
    }
    assert _lines_of_days(home, cases, header=TIKTOK) == cases


def test_a_row_without_a_day_may_be_of_any_day_of_its_file(home: Home, tmp_path: Path) -> None:
    cases = {
        f"2024-02-31,{ISRC},RU,10": f"RU {ISRC}",
        f"1990-01-01,{ISRC},RU,10": f"RU {ISRC}",
        f",{ISRC},RU,10": f"RU {ISRC}",
        # a stray comma, a stray quote: a cell is an ISRC, or one of the label's own
        f"{FIRST},{ISRC},RU,1,200": f"** {ISRC}",
        f'{FIRST},RU-A0A-24-00001,"RU"x,10': f"** {ISRC}",
        f"{FIRST},song7,RU,1,200": "** song7",
        # no cell is: one of 100 rows
        f"{FIRST},unheard,RU,1,200": EVERYTHING,
        "2024-02-31,4.6E+12,RU,10": EVERYTHING,
        # footers
        "Total,,RU,990": None,
        "Total,,,1020": None,
        "Total: 990": None,
        ",,,": None,
    }
    expected = {}
    for number, (row, line) in enumerate(cases.items()):
        days = [FIRST + timedelta(days=2 * number + place) for place in (0, 1)]
        rows = [*_songs(days[0]), row, *_songs(days[1], 1)]
        (tmp_path / f"{number}.csv").write_text("\n".join([VK, *rows, ""]), encoding="utf-8")
        expected |= dict.fromkeys(days, line)
    [table] = ingest(home, [tmp_path / f"{number}.csv" for number in range(len(cases))]).tables
    assert table.rejected == len(cases)
    assert _lines(home) == expected


def test_rows_that_may_be_anybodys_count_by_their_share(home: Home) -> None:
    cases = {
        # one row in 2,000 is little, unless it holds much or cannot be read
        "DAY,,RU,10": None,
        "DAY,,RU,200": "RU *",
        "DAY,4.6E+12,RU,1.2K": "RU *",
        "DAY,,RU,10\n" * 10 + "DAY,4.6E+12,RU,10": "RU *",
        # rows of other territories make it no smaller
        "DAY,,KZ,10\nDAY,song,KZ,10": "KZ *",
    }
    rows = []
    for number, row in enumerate(cases):
        day = FIRST + timedelta(days=number)
        rows += [*_songs(day, 1999), row.replace("DAY", f"{day}")]
    # nor does a broken line among so many rows say anything of them
    _land(home, *rows, f"{FIRST},unheard,RU,1,200")
    assert dict(zip(cases, _lines(home).values(), strict=True)) == cases


def test_a_row_without_a_day_is_of_no_day_that_has_its_key(home: Home) -> None:
    header = "stream_date,isrc,territory,gender,streams"
    sound = [
        f"{FIRST},a,RU,male,1",
        f"{FIRST},a,RU,,1",
        f"{SECOND},c,RU,,1",
        f"{FIRST},b,RU,male,1",
        f"{SECOND},b,KZ,male,1",
    ]
    rows = [*sound, "?,a,RU,male,5", "?,b,RU,male,5", "?,a,RU,,9"]
    _land(home, *rows, header=header)
    assert _lines(home) == {FIRST: None, SECOND: "RU a\nRU b"}


def test_a_row_without_a_day_may_be_one_of_several_of_its_key(home: Home, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("tables: {vk_stream_days: {files: ['*.csv'], combine: sum}}")
    path = tmp_path / "stores.csv"
    path.write_text(f"{VK}\n{FIRST},a,RU,1\n{SECOND},a,RU,1\n?,a,RU,5\n")
    ingest(home, [path], [mapping], accept_loss=True)
    assert _lines(home) == {FIRST: "RU a", SECOND: "RU a"}


def test_many_rejected_rows_make_one_list(home: Home) -> None:
    rows = [
        *_songs(FIRST),
        *_songs(SECOND),
        f"{FIRST},{ISRC},RU,1.2K",
        f"{FIRST},{ISRC},RU,?",
        f"{FIRST},song,KZ,?",
        f"{SECOND},song,Russia,?",
        "?,song8,RU,?",
    ]
    found = _land(home, *rows)
    assert _lines(home) == {FIRST: f"KZ song\nRU {ISRC}\nRU song8", SECOND: "** song\nRU song8"}
    assert found == [PartialDay(FIRST, (ISRC, "song8")), PartialDay(SECOND, ("song", "song8"))]
    assert count_recordings(found) == "3 recordings"
    assert count_recordings([*found, PartialDay(SECOND, None)]) == "3 recordings, on 1 day of all,"
    assert count_recordings([PartialDay(SECOND, None)]) == "all recordings"
    # one that may be anybody's takes the place of those that are named
    _land(home, *rows, f"{FIRST},,RU,10")
    assert _lines(home)[FIRST] == "KZ song\nRU *"


def test_a_day_that_comes_again_carries_its_own_rejected_rows(home: Home) -> None:
    _land(home, *_songs(FIRST), f"{FIRST},{ISRC},RU,1.2K")
    # the rows that landed are the same
    _land(home, *_songs(FIRST), f"{FIRST},song7,RU,?")
    assert _lines(home) == {FIRST: "RU song7"}
    number = read_ledger(home)["vk_stream_days", FIRST].delivery_number
    _land(home, *_songs(FIRST), f"{FIRST},song7,RU,?")
    assert read_ledger(home)["vk_stream_days", FIRST].delivery_number == number
    assert _land(home, *_songs(FIRST)) == []
    assert _lines(home) == {FIRST: None}
