"""Values that no column holds: of a file's name, its folder's, or the lines above its header."""

import re
from collections.abc import Callable
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.finding import name_of, shown
from hitcast.ingest.headings import stated_period
from hitcast.ingest.mapping import TableMapping


def captured(mapping: TableMapping, path: Path, above: Callable[[], list[str]]) -> dict[str, str]:
    """What one file says beside its columns, by contract column.

    Args:
        mapping: Says where it is.
        path: The file.
        above: Reads the lines above its header.

    Raises:
        HitcastError: A value is not there, or the day is to be taken of what states a period.
    """
    found = {}
    _refuse_periods(mapping, path, above)
    for column, capture in mapping.captures.items():
        texts = {"file_name": lambda: [path.name], "folder": lambda: [path.absolute().parent.name]}
        texts["above_header"] = above
        matches = (re.search(capture.pattern, text) for text in texts[capture.place]())
        match = next((match for match in matches if match), None)
        if match is None or match[1] is None:
            what = f"has no {column} in its {capture.place.replace('_', ' ')}: {capture.pattern} does not match"
            raise HitcastError(shown(what), name_of(path), "Correct the expression in the mapping")
        found[column] = match[1]
    return found


def _refuse_periods(mapping: TableMapping, path: Path, above: Callable[[], list[str]]) -> None:
    """Refuses a file of which no column says the day, where a name or a line above its header states a period."""
    contract = load_contracts().get(mapping.table)
    day = contract.day_column if contract else None
    if day is None or mapping.period or day not in {*mapping.captures, *mapping.constants}:
        return
    texts = [path.name, *above()]
    if day in mapping.captures and mapping.captures[day].place == "folder":
        texts.append(path.absolute().parent.name)
    if period := next(filter(None, map(stated_period, texts)), ""):
        what = f"states a period, {period}, and no column says the day: its counts would stand as those of one day"
        cure = "Ask for counts of each day, or write `period: day` in the mapping where they are of one day"
        raise HitcastError(shown(what), name_of(path), cure)
