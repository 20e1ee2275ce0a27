"""The table of docs/scale.md: what was measured of both engines."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.engine_results import Build
from hitcast.core.errors import HitcastError
from hitcast.core.files import written

BEGIN, END = "<!-- benchmarks.engines: begin -->", "<!-- benchmarks.engines: end -->"
MEASURED = ("rows, million", "engine", "s", "processor s", "memory, GB", "warehouse, MB", "files", "load")


def write_tables(builds: Sequence[Build], file: Path) -> None:
    """Puts the tables between the file's two markers.

    Raises:
        HitcastError: The file lacks a marker.
    """
    text = file.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise HitcastError(f"has to hold {BEGIN} and {END} once each", str(file), "Put them where the tables belong")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    lines = "\n".join(tables(builds))
    with written(file) as part:
        part.write_text(f"{before}{BEGIN}\n\n{lines}\n\n{END}{after}", encoding="utf-8")


def tables(builds: Sequence[Build]) -> Iterator[str]:
    """Lines of Markdown: for each machine what was measured there."""
    if not builds:
        yield "Nothing has been measured."
    for number, machine in enumerate(sorted({build.machine for build in builds})):
        own = [build for build in builds if build.machine == machine]
        if number:
            yield ""
        yield from _measured(machine, own)


def _measured(machine: str, builds: Sequence[Build]) -> Iterator[str]:
    days = sorted({build.measured_on for build in builds})
    yield f"{machine}; {' to '.join(dict.fromkeys((days[0], days[-1])))}."
    yield ""
    yield from _head(MEASURED)
    order = {"duckdb": 0, "spark": 1}
    for build in sorted(builds, key=lambda one: (one.rows, order[one.engine], one.workers)):
        yield _row(
            f"{build.landed_rows / 1e6:.2f}",
            "DuckDB" if build.engine == "duckdb" else f"Spark, {_plural(build.workers, 'worker')}",
            f"not within {build.limit:.0f}" if build.seconds is None else f"{build.seconds:.1f}",
            _number(build.cpu_seconds, 1),
            _number(build.peak_memory_mb, 2, 1024),
            _number(build.warehouse_bytes, 1, 1e6),
            _number(build.warehouse_files, 0),
            f"{build.load_average:.1f}",
        )
    disturbed = sum(build.load_average > 1 for build in builds)
    if disturbed:
        yield ""
        yield (
            f"{_plural(disturbed, 'build')} began at a load above 1, the average of a minute: of other work, or of the "
            "build before."
        )


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _number(value: float | None, digits: int, unit: float = 1) -> str:
    return "" if value is None else f"{value / unit:,.{digits}f}"


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
