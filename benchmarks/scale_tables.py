"""The tables of docs/scale.md: what was measured of both engines, and what follows from it for other sizes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.cost_model import SIZES, Costs, Points, costs, worst_miss
from benchmarks.engine_results import Build
from hitcast.core.errors import HitcastError
from hitcast.core.files import written

BEGIN, END = "<!-- benchmarks.engines: begin -->", "<!-- benchmarks.engines: end -->"
HOUR = 3600.0
DAYS = 1_096  # of every demo world, each a folder of either report
GIGABYTE = 1e9
ROOM_GB = 16
ASSUMED = (
    "A size is reached by more rows a day, not by more days: three years, each day a folder of either source. Values"
    " compress as well as those of the demo worlds.",
    "DuckDB has this machine's cores and disk. With less memory than its line says it writes to disk: left out.",
    "A worker has one core of this speed and such a disk. The driver shared this machine with the workers, so that a"
    " second worker gained less than it would on a machine of its own.",
    "A worker's memory does not grow, as shuffles get a task for every million rows. Left out are an object store's"
    " delays, a network slower than a machine's own, neighbours and lost workers.",
)
MEASURED = ("rows, million", "engine", "s", "processor s", "memory, GB", "warehouse, MB", "files", "load")
MODELLED = (
    "rows, million", "landing, GB", "MB a day and source", "DuckDB, min", "DuckDB's memory, GB", "DuckDB's file, GB",
    "Spark, core-hours", "Spark's tables, GB", "shuffled, GB", "workers for an hour", "workers to equal DuckDB",
)  # fmt: skip


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
    """Lines of Markdown: for each machine what was measured there, and its cost model."""
    if not builds:
        yield "Nothing has been measured."
    for number, machine in enumerate(sorted({build.machine for build in builds})):
        own = [build for build in builds if build.machine == machine]
        if number:
            yield ""
        yield from _measured(machine, own)
        yield ""
        try:
            model = model_of(own)
        except HitcastError as error:
            yield f"No cost model: {error.what}. {error.cure}."
        else:
            yield from _modelled(model, own)


def model_of(builds: Sequence[Build]) -> Costs:
    """The cost model of one machine's full builds.

    Raises:
        HitcastError: Too little was measured for one.
    """
    duckdb, spark = points(builds, "duckdb", 0), points(builds, "spark", 1)
    return costs(duckdb, spark, points(builds, "spark", 2)["seconds"])


def points(builds: Sequence[Build], engine: str, workers: int) -> dict[str, Points]:
    """Landed rows and values of the finished full builds, by what was measured."""
    chosen = [
        build for build in builds if (build.engine, build.workers) == (engine, workers) and build.seconds is not None
    ]
    names = ["landing_bytes", "seconds", "cpu_seconds", "peak_memory_mb", "warehouse_bytes"]
    names += ["shuffle_bytes"] if engine == "spark" else []
    return {name: [(build.landed_rows, float(getattr(build, name))) for build in chosen] for name in names}


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


def _modelled(model: Costs, builds: Sequence[Build]) -> Iterator[str]:
    yield from _head(MODELLED)
    for rows in SIZES:
        landing = model.landing_bytes.at(rows)
        yield _row(
            f"{rows / 1e6:,.1f}",
            f"{landing / GIGABYTE:,.2f}",
            f"{landing / 2 / DAYS / 1e6:,.2f}",
            f"{model.duckdb_seconds.at(rows) / 60:,.1f}",
            f"{model.duckdb_memory_mb.at(rows) / 1024:,.1f}",
            f"{model.duckdb_bytes.at(rows) / GIGABYTE:,.2f}",
            f"{model.spark_cpu_seconds.at(rows) / HOUR:,.2f}",
            f"{model.spark_bytes.at(rows) / GIGABYTE:,.2f}",
            f"{model.shuffle_bytes.at(rows) / GIGABYTE:,.2f}",
            _workers(model.workers_within(rows, HOUR)),
            _workers(model.workers_like_duckdb(rows)),
        )
    yield ""
    yield from (f"- {line}" for line in _message(model, builds))
    yield ""
    yield "Assumed:"
    yield ""
    yield from (f"- {line}" for line in ASSUMED)


def _message(model: Costs, builds: Sequence[Build]) -> Iterator[str]:
    """The lines behind the table, and how far they are from what they were drawn through."""
    duckdb, spark = points(builds, "duckdb", 0), points(builds, "spark", 1)
    sizes = sorted(rows for rows, _ in spark["seconds"])
    for name, line, measured, unit, size in (
        ("DuckDB, full build", model.duckdb_seconds, duckdb["seconds"], "s", 1.0),
        ("DuckDB's memory", model.duckdb_memory_mb, duckdb["peak_memory_mb"], "MB", 1.0),
        ("DuckDB's file", model.duckdb_bytes, duckdb["warehouse_bytes"], "MB", 1e6),
        ("Spark on one worker, full build", model.spark_seconds, spark["seconds"], "s", 1.0),
        ("Spark's processors", model.spark_cpu_seconds, spark["cpu_seconds"], "s", 1.0),
        ("Spark's tables", model.spark_bytes, spark["warehouse_bytes"], "MB", 1e6),
        ("shuffle", model.shuffle_bytes, spark["shuffle_bytes"], "MB", 1e6),
        ("landing", model.landing_bytes, duckdb["landing_bytes"], "MB", 1e6),
    ):
        yield (
            f"{name}: {line.fixed / size:,.1f} {unit} and {line.per_million / size:,.2f} {unit} a million rows, through"
            f" {_plural(len(measured), 'size')}; at worst {worst_miss(line, measured):.0%} off."
        )
    yield (
        f"Of what grows with the rows, workers divide {model.share:.0%} among themselves (Amdahl's law), as seconds on"
        " one and on two workers tell at the largest size measured with both."
    )
    room = model.rows_on_duckdb(HOUR, ROOM_GB * 1024) / 1e6
    yield f"Within an hour and {ROOM_GB} GB, DuckDB builds {room:,.0f} million rows on this machine."
    yield f"Above {sizes[-1] / 1e6:,.1f} million rows every figure is reasoned, and beyond two workers at any size."


def _workers(count: int | None) -> str:
    return "no number" if count is None else f"{count:,}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _number(value: float | None, digits: int, unit: float = 1) -> str:
    return "" if value is None else f"{value / unit:,.{digits}f}"


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
