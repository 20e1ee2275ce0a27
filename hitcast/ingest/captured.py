"""Values that no column holds: of a file's name, its folder's, or the lines above its header."""

import re
from collections.abc import Callable
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.ingest.finding import name_of, shown
from hitcast.ingest.mapping import TableMapping


def captured(mapping: TableMapping, path: Path, above: Callable[[], list[str]]) -> dict[str, str]:
    """What one file says beside its columns, by contract column.

    Args:
        mapping: Says where it is.
        path: The file.
        above: Reads the lines above its header.

    Raises:
        HitcastError: A value is not there.
    """
    found = {}
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
