"""Times that are midnight somewhere else: days that would land a day early."""

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, fill_file
from hitcast.core.words import counted
from hitcast.ingest.checks import Checks
from hitcast.ingest.dates import is_of_one_moment, moment_of
from hitcast.ingest.identity import has_times
from hitcast.ingest.stage import Stage

# Where midnight comes before that of UTC; of zones that agree the first is named.
ZONES = (
    "Europe/Moscow",
    "Europe/Kaliningrad",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Novosibirsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/London",
    "Asia/Kolkata",
)
MIN_SHARE = 0.5
"""Of a file's times, above which they are taken for midnights: a report by the hour has one in 24."""


def midnights(connection: duckdb.DuckDBPyConnection, moments: Sql, checks: Checks) -> list[tuple[int, str, str]]:
    """Files most of whose times are midnight elsewhere, each with the zone and the time in UTC.

    Args:
        connection: DuckDB connection.
        moments: Select of file_number, day (what a time is taken for) and moment (in UTC).
        checks: Its parameters.
    """
    parameters = checks.parameters | {"zones": list(ZONES), "share": MIN_SHARE}
    return connection.execute(fill_file(__file__, "midnights", moments=moments), parameters).fetchall()


def held_for_early_days(connection: duckdb.DuckDBPyConnection, stage: Stage) -> HitcastError | None:
    """Why a delivery is held whose days would be a day early; None where they are not, or a mapping says the zone."""
    found = _early(connection, stage, is_zoned=True)
    if not found:
        return None
    file, zone, time = found[0]
    what = f"held: times are midnight in {zone} ({time} UTC), so that they would land a day early"
    more = f", as in {counted(len(found) - 1, 'more file')}" if len(found) > 1 else ""
    cure = f"Write `timezone: {zone}` in the mapping, or `timezone: UTC` if the days are right"
    return HitcastError(f"{what}{more}", stage.sources[file].name, cure)


def early_days(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[str]:
    """The same of times without an offset, which nothing can be known of: a question."""
    found = _early(connection, stage, is_zoned=False)
    if not found:
        return []
    file, zone, time = found[0]
    what = f"times of {stage.sources[file].name} are {time}, which is midnight in {zone} if they are in UTC"
    return [f"{what}: ask for days, or write the platform's `timezone:` in the mapping if they are right"]


def _early(connection: duckdb.DuckDBPyConnection, stage: Stage, is_zoned: bool) -> list[tuple[int, str, str]]:
    if not stage.has_times:
        return []
    contract = stage.contract
    styles: dict[str, list[int]] = {}
    for number, source in enumerate(stage.sources):
        style = source.mapping.format_of(str(contract.day_column))
        is_asked = has_times(source, contract) and not source.mapping.timezone
        if is_asked and is_of_one_moment(style) == is_zoned:
            styles.setdefault(style, []).append(number)
    found = []
    for style, files in styles.items():
        checks = Checks(parameters={"files": files})
        moments = fill(
            "select file_number, day, {moment} as moment from (select distinct file_number, {day} as day,"
            " trim(day_text) as text from staged where problem = 0 and list_contains($files, file_number))",
            moment=Sql(moment_of("text", style, checks.parameter)),
            day=Sql(f"v{[column.name for column in contract.delivered].index(str(contract.day_column))}"),
        )
        found += midnights(connection, moments, checks)
    return sorted(found)
