"""SQL from text: names, types and expressions are put in here; values are parameters of the statement."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NewType

Sql = NewType("Sql", str)
"""Text that is safe as a part of SQL. A plain `str` is none: mypy stops it at `fill`."""


def quoted(name: str) -> Sql:
    """A name of a table or column, in double quotes."""
    return Sql('"' + name.replace('"', '""') + '"')


def literal(text: Path | str) -> Sql:
    """A text, in single quotes, for `attach`, `copy` and `comment`, which take no parameter in its place."""
    return Sql("'" + str(text).replace("'", "''") + "'")


def listed(names: Iterable[str], table: str = "") -> Sql:
    """Quoted names of columns with commas between them, each after the name of its table if one is given."""
    prefix = f"{quoted(table)}." if table else ""
    return joined(Sql(prefix + quoted(name)) for name in names)


def typed(columns: Mapping[str, str]) -> Sql:
    """The columns of a `create table`: quoted names with their types, which come from the project's own YAML."""
    return joined(Sql(f"{quoted(name)} {kind}") for name, kind in columns.items())


def joined(parts: Iterable[Sql], between: str = ", ") -> Sql:
    """Parts of SQL, one after the other."""
    return Sql(between.join(parts))


def fill(text: str, /, **parts: Sql) -> Sql:
    """Put each part in the place of its name in braces.

    Args:
        text: SQL with `{name}` wherever the part of that name belongs.
        **parts: Parts of SQL by name.

    Raises:
        KeyError: A name in braces has no part.
    """
    return Sql(re.sub(r"\{([a-z]\w*)\}", lambda place: parts[place[1]], text))


def fill_file(module: str, name: str, /, **parts: Sql) -> Sql:
    """As `fill`, for the file `<name>.sql` beside a module.

    Args:
        module: The module's `__file__`.
        name: Name of the file without its ending.
        **parts: Parts of SQL by name.
    """
    return fill(Path(module).with_name(f"{name}.sql").read_text(encoding="utf-8"), **parts)
