from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_ledger

HEADER = "activity_date,sound_id,territory,views,creations,content_type"


@pytest.mark.parametrize(
    ("rows", "landed", "messages"),
    [
        (
            ["2024-03-01,7001,RU,981200,-3,PGC", "2024-03-01,7002,RU,5,4,UGC"],
            [("7001", 981200, None, "PGC"), ("7002", 5, 4, "UGC")],
            ["1 left empty: creations is no bigint from 0 to 1000000000000, such as '-3'"],
        ),
        (
            ["2024-03-01,7001,RU,88000,1,Commercial Sound", "2024-03-01,7002,RU,9,x,Commercial Sound"],
            [("7001", 88000, 1, None), ("7002", 9, None, None)],
            [
                "2 left empty: content_type is not one of PGC, UGC, such as 'Commercial Sound'; to keep them add to "
                "the mapping: values: {content_type: {'Commercial Sound': PGC or UGC, or null}}",
                "1 left empty: creations is no bigint from 0 to 1000000000000",
            ],
        ),
    ],
)
def test_an_optional_value_that_does_not_fit_is_left_empty_and_the_row_lands(
    home: Home, tmp_path: Path, rows: list[str], landed: list[object], messages: list[str]
) -> None:
    path = tmp_path / "sounds.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    [table] = ingest(home, [path]).tables
    files = [str(path) for path in landed_files(home, read_ledger(home))]
    query = "select sound_id, views, creations, content_type from read_parquet(?) order by all"
    assert duckdb.execute(query, [files]).fetchall() == landed
    assert (table.accepted, table.rejected) == (2, 0)
    assert [emptied.describe() for emptied in table.emptied] == messages


def test_a_rejected_row_keeps_the_text_that_rejected_it(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "sounds.csv"
    path.write_text(f"{HEADER}\n2024-03-01,7001,RU,x,-3,Odd\n2024-03-01,7002,RU,2,1,PGC\n", encoding="utf-8")
    [table] = ingest(home, [path], accept_loss=True).tables
    assert table.rejects_file is not None
    assert (
        table.rejects_file.read_text(encoding="utf-8-sig")
        .splitlines()[1]
        .endswith("2,views,x,is not a whole number (views)")
    )
    assert table.emptied == []
