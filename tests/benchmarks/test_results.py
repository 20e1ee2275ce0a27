import io
import json
from pathlib import Path

from rich.console import Console

from benchmarks.results import Result, render, timed, write

ABOVE = timed("slow", 10, seconds=3.0, baseline="scan", baseline_seconds=1.0, limit=2.5)
AT = timed("just", 10, seconds=2.5, baseline="scan", baseline_seconds=1.0, limit=2.5)
FREE = timed("free", 10, seconds=9.0, baseline="scan", baseline_seconds=1.0)
ALONE = Result("alone", 10, seconds=1.0)


def test_only_a_ratio_above_its_limit_is_exceeded() -> None:
    assert [result.is_exceeded for result in (ABOVE, AT, FREE, ALONE)] == [True, False, False, False]


def test_the_table_marks_what_is_exceeded_and_leaves_nothing_out() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(render([ABOVE, AT, FREE, ALONE]))
    lines = {line.split()[0]: line for line in console.export_text().splitlines()[1:]}
    assert set(lines) == {"slow", "just", "free", "alone"}
    assert ["!" in lines[name] for name in ("slow", "just", "free", "alone")] == [True, False, False, False]


def test_the_file_holds_an_object_a_result(tmp_path: Path) -> None:
    write([ABOVE, ALONE], tmp_path / "results.json")
    above, alone = json.loads((tmp_path / "results.json").read_text())
    assert above == {
        "name": "slow",
        "rows": 10,
        "seconds": 3.0,
        "baseline": "scan",
        "baseline_seconds": 1.0,
        "ratio": 3.0,
        "limit": 2.5,
        "peak_memory_mb": None,
        "exceeded": True,
    }
    assert (alone["ratio"], alone["exceeded"]) == (None, False)
