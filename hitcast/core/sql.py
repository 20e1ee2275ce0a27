"""Names and texts as SQL, for statements that take no parameter in their place."""

from pathlib import Path


def quoted(name: str) -> str:
    """A name of a table or column, in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: Path | str) -> str:
    """A text, in single quotes, for `attach`, `copy` and `comment`."""
    return "'" + str(text).replace("'", "''") + "'"
