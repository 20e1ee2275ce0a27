from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest

CATALOG = "upc,isrc,release_title,artist_id,artist_name,release_date"
DAYS = "stream_date,isrc,territory,streams"


def _asked(home: Home, folder: Path, *lines: str) -> list[str]:
    path = folder / "export.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    [table] = ingest(home, [path]).tables
    return table.questions


@pytest.mark.parametrize("territory", ["Россия", "ru", "RUS"])
def test_a_territory_that_is_no_code_is_rejected_with_the_cure(home: Home, tmp_path: Path, territory: str) -> None:
    with pytest.raises(HitcastError, match="is no ISO 3166-1 alpha-2 code such as RU: map it in `values:`"):
        _asked(home, tmp_path, DAYS, f"2024-03-01,a,{territory},5")


def test_a_delivery_without_the_analysed_territory_says_so(home: Home, tmp_path: Path) -> None:
    assert _asked(home, tmp_path, DAYS, "2024-03-01,a,KZ,5", "2024-03-01,a,RU,5") == []
    [line] = _asked(home, tmp_path, DAYS, "2024-03-02,a,KZ,5", "2024-03-02,b,BY,5")
    assert line.startswith("no row of the analysed territory RU")


def test_dates_that_stand_for_no_date_and_several_dates_of_a_release_are_told(home: Home, tmp_path: Path) -> None:
    assert _asked(home, tmp_path, CATALOG, "1,a,One,7,Artist,2024-03-01") == []
    assert _asked(
        home,
        tmp_path,
        CATALOG,
        "2,b,Two,7,Artist,1970-01-01",
        "3,c,Three,7,Artist,2024-03-01",
        "3,d,Three,7,Artist,2024-03-08",
    ) == [
        "dated 1970-01-01, as if the date were not known: UPC 2",
        "with several release dates, of which the earliest counts: UPC 3",
    ]
