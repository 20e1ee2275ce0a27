import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.engine_results import check_equal, read, stands, write
from hitcast.core.errors import HitcastError
from tests.benchmarks.builds import MACHINE, both_engines, build


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "engines.json"
    assert read(file) == []
    builds = [*both_engines(700_000, 7_000_000), build(71_000_000, seconds=None)]
    write(builds, file)
    assert sorted(read(file), key=str) == sorted(builds, key=str)


@pytest.mark.parametrize(
    ("builds", "expected"),
    [
        ([], False),
        ([build()], True),
        # a build that ran into its limit is an outcome too
        ([build(seconds=None)], True),
        ([build(7_000_000)], False),
        ([build(engine="spark", workers=1)], False),
        ([replace(build(), machine="another")], False),
    ],
)
def test_a_case_is_measured_once(builds: list, expected: bool) -> None:
    assert stands(builds, (MACHINE, 700_000, "duckdb", 0)) == expected


def difference(builds: list) -> str:
    """What the comparison tells; empty where it finds nothing."""
    try:
        check_equal(builds)
    except HitcastError as error:
        return str(error)
    return ""


def test_engines_that_made_the_same_pass() -> None:
    # another size has rows of its own
    assert difference([*both_engines(700_000), build(7_000_000, mart_rows=11)]) == ""


@pytest.mark.parametrize("made", [{"mart_rows": 9}, {"mart_digest": "b"}])
def test_engines_that_differ_are_told(made: dict[str, object]) -> None:
    message = difference([build(), build(engine="spark", workers=1), build(engine="spark", workers=2, **made)])
    assert re.search(r"on duckdb .* on spark \(2 workers\)", message)


def test_what_was_not_finished_is_not_compared() -> None:
    unfinished = build(engine="spark", workers=1, seconds=None, mart_rows=None, mart_digest="")
    assert difference([build(), unfinished]) == ""
    assert difference([build(), replace(unfinished, seconds=1.0, mart_rows=9)]) != ""
