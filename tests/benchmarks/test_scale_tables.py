from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.engine_results import read
from benchmarks.scale_tables import BEGIN, END, MEASURED, tables, write_tables
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from tests.benchmarks.builds import both_engines, build


def cells(lines: list[str], first: str) -> list[list[str]]:
    """Rows of the table whose head begins so."""
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {first}"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def test_every_build_has_a_row_of_what_was_measured() -> None:
    builds = [*both_engines(700_000), build(7_000_000, peak_memory_mb=512.0, seconds=2.5)]
    table = cells(list(tables(builds)), MEASURED[0])
    assert [row[:2] for row in table] == [
        ["0.70", "DuckDB"],
        ["0.70", "Spark, 1 worker"],
        ["0.70", "Spark, 2 workers"],
        ["7.00", "DuckDB"],
    ]
    assert (table[3][2], table[3][4]) == ("2.5", "0.50")
    assert all(len(row) == len(MEASURED) for row in table)


def test_what_did_not_finish_says_so_and_leaves_the_rest_out() -> None:
    unfinished = replace(build(engine="spark", workers=1), seconds=None, cpu_seconds=None, peak_memory_mb=None)
    unfinished = replace(unfinished, warehouse_bytes=None, warehouse_files=None, limit=600.0)
    [row] = cells(list(tables([unfinished])), MEASURED[0])
    assert row[2:7] == ["not within 600", "", "", "", ""]


def test_a_load_at_the_start_is_told() -> None:
    beside = [replace(one, load_average=7.0) for one in both_engines(700_000)[:2]]
    assert any("2 builds began at a load above 1" in line for line in tables([*beside, build(7_000_000)]))
    assert not any("a load above 1" in line for line in tables([build()]))


def test_only_what_lies_between_the_markers_is_written(tmp_path: Path) -> None:
    file = tmp_path / "scale.md"
    file.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n")
    for _ in range(2):
        write_tables(both_engines(700_000), file)
    text = file.read_text()
    assert text.startswith(f"before\n\n{BEGIN}\n\na machine")
    assert text.endswith(f"\n\n{END}\n\nafter\n")
    assert "old" not in text
    assert text.count("Spark, 2 workers") == 1


@pytest.mark.parametrize("text", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN} {BEGIN} {END}"])
def test_a_file_without_its_markers_is_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "scale.md"
    file.write_text(text)
    with pytest.raises(HitcastError, match="once each"):
        write_tables([], file)
    assert file.read_text() == text


def test_the_documentation_shows_what_the_results_hold(tmp_path: Path) -> None:
    """`python -m benchmarks.engines` writes it."""
    text = (PROJECT_DIR / "docs" / "scale.md").read_text(encoding="utf-8")
    copy = tmp_path / "scale.md"
    copy.write_text(text, encoding="utf-8")
    write_tables(read(PROJECT_DIR / "benchmarks" / "engines.json"), copy)
    assert copy.read_text(encoding="utf-8") == text
