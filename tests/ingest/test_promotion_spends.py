from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_ledger
from hitcast.ingest.report import TableReport

COLUMNS = {"upc": "UPC", "isrc": "ISRC", "channel": "where", "start_date": "from", "spend": "money"}
HEADER = "UPC,ISRC,where,from,money,invoice\n"


def _deliver(home: Home, folder: Path, rows: str, **keys: Any) -> tuple[int, int, int, int]:
    """Rows read, accepted, rejected and repeated of a campaign log."""
    (folder / "log.csv").write_text(HEADER + rows, encoding="utf-8")
    mapping = {"tables": {"promotion_spends": {"files": ["*.csv"], "columns": COLUMNS, **keys}}}
    (folder / "map.yml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    [table] = ingest(home, [folder / "log.csv"], [folder / "map.yml"]).tables
    return table.read, table.accepted, table.rejected, sum(file.duplicate for file in table.files)


def _catalog(folder: Path, *pairs: tuple[str, str], day: str = "2021-03-01") -> Path:
    path = folder / "catalog.csv"
    rows = [f"{upc},{isrc},One,7,Artist,{day}" for upc, isrc in pairs]
    path.write_text("\n".join(["upc,isrc,release_title,artist_id,artist_name,release_date", *rows, ""]))
    return path


def _report(home: Home, folder: Path, rows: str, *others: Path, header: str = HEADER) -> TableReport:
    columns = COLUMNS | {"end_date": "till"} if "till" in header else COLUMNS
    (folder / "log.csv").write_text(header + rows, encoding="utf-8")
    mapping = {"tables": {"promotion_spends": {"files": ["log.csv"], "columns": columns}}}
    (folder / "map.yml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    *_, table = ingest(home, [folder / "log.csv", *others], [folder / "map.yml"]).tables
    return table


def _landed(home: Home) -> list[tuple[object, ...]]:
    [file] = landed_files(home, read_ledger(home))
    query = "select upc, isrc, channel, strftime(start_date, '%d.%m'), spend, delivery_number from read_parquet(?)"
    return duckdb.execute(f"{query} order by all", [str(file)]).fetchall()


def test_a_campaign_delivered_again_replaces_its_spend_whichever_code_names_it(home: Home, tmp_path: Path) -> None:
    rows = "4600000000015,,VK,2021-03-01,25000.5,1\n,RUAAA2100001,,2021-03-05,100,2\n"
    assert _deliver(home, tmp_path, rows) == (2, 2, 0, 0)
    again = "4600000000015,,VK,2021-03-01,0,1\n,ru-aaa-21-00001,,2021-03-05,150,2\n,RUAAA2100001,TV,2021-03-05,7,3\n"
    assert _deliver(home, tmp_path, again) == (3, 3, 0, 0)
    assert _landed(home) == [
        ("4600000000015", None, "VK", "01.03", 0.0, 2),
        (None, "RUAAA2100001", "TV", "05.03", 7.0, 2),
        (None, "RUAAA2100001", None, "05.03", 150.0, 2),
    ]


def test_a_row_without_a_usable_code_date_or_spend_is_rejected(home: Home, tmp_path: Path) -> None:
    rows = (
        "4600000000015,,VK,2021-03-01,10,1\n"
        ",,VK,2021-03-01,10,2\n"
        "4.6E+12,,VK,2021-03-02,10,3\n"
        "4600000000015,,VK,,10,4\n"
        "4600000000015,,VK,2021-03-04,-10,5\n"
        "4600000000015,,VK,2021-03-05,soon,6\n"
    )
    assert _deliver(home, tmp_path, rows) == (6, 1, 5, 0)
    assert _landed(home) == [("4600000000015", None, "VK", "01.03", 10.0, 1)]


INVOICES = "4600000000015,,VK,2021-03-01,10,1\n4600000000015,,VK,2021-03-01,10,2\n"
VERSIONS = ",RUAAA2100001,,2021-03-05,100,2\n,RUAAA2100001,,2021-03-05,150,2\n"


@pytest.mark.parametrize(("rows", "what"), [(INVOICES, "other values in columns"), (VERSIONS, "spend 100.0 and 150.0")])
def test_rows_of_one_campaign_that_differ_are_refused(home: Home, tmp_path: Path, rows: str, what: str) -> None:
    with pytest.raises(HitcastError, match=rf"{what}.*apart \(invoice\?\)\? Map it") as refusal:
        _deliver(home, tmp_path, rows)
    assert "combine: sum" not in str(refusal.value)
    assert not home.ledger.exists()


def test_rows_that_are_said_to_be_repeats_land_once(home: Home, tmp_path: Path) -> None:
    assert _deliver(home, tmp_path, INVOICES, combine="same") == (2, 1, 0, 1)
    with pytest.raises(HitcastError, match="combine is for tables that are landed by day"):
        _deliver(home, tmp_path, INVOICES, combine="sum")


@pytest.mark.parametrize("is_earlier", [True, False])
def test_a_campaign_of_no_release_is_named(home: Home, tmp_path: Path, is_earlier: bool) -> None:
    catalog = _catalog(tmp_path, ("4600700000018", "RUAAA2100001"), ("12345678905", "RUAAA2100002"))
    if is_earlier:
        ingest(home, [catalog])
    rows = "4600700000018,,VK,2021-03-01,10,1\n012345678905,RUAAA2100001,VK,2021-03-01,10,2\n"
    others = () if is_earlier else (catalog,)
    assert _report(home, tmp_path, rows, *others).questions == []
    rows += "4006381333931,,VK,2021-03-01,10,3\n,RUAAA2100009,VK,2021-03-01,10,4\n"
    what = "campaigns of no release in the catalog, which count for none: UPC 4006381333931, ISRC RUAAA2100009"
    assert _report(home, tmp_path, rows).questions == [what]


def test_a_campaign_that_ends_before_it_starts_is_rejected(home: Home, tmp_path: Path) -> None:
    header = "UPC,ISRC,where,from,till,money\n"
    rows = (
        ",RUAAA2100001,VK,2021-03-05,2021-03-05,10\n"
        ",RUAAA2100001,TV,2021-03-05,2021-03-04,10\n"
        ",RUAAA2100002,TV,2021-03-05,2012-03-09,10\n"
        ",RUAAA2100003,TV,2021-03-05,,10\n"
    )
    table = _report(home, tmp_path, rows, header=header)
    assert (table.accepted, table.rejected) == (2, 2)
    assert table.reasons == [("end_date", "is before start_date (end_date)", 2)]


def test_campaigns_that_change_are_shown_before_and_after(home: Home, tmp_path: Path) -> None:
    rows = ",RUAAA2100001,VK,2021-03-05,100,1\n,RUAAA2100002,TV,2021-03-05,50,2\n"
    assert not [note for note in _report(home, tmp_path, rows).notes if "change" in note]
    again = ",RUAAA2100001,VK,2021-03-05,150.5,1\n,RUAAA2100002,TV,2021-03-05,50,2\n,RUAAA2100003,TV,2021-03-05,5,2\n"
    [note] = [note for note in _report(home, tmp_path, again).notes if "change" in note]
    assert note == (
        "campaigns that change, spend 100.00 -> 150.50 in all: RUAAA2100001 VK from 2021-03-05: spend 100.00 -> 150.50"
    )
    off = ",RUAAA2100002,TV,2021-03-05,0,2\n,RUAAA2100003,TV,2021-03-05,0,2\n"
    [note] = [note for note in _report(home, tmp_path, off).notes if "change" in note]
    assert "spend 55.00 -> 0.00 in all" in note
