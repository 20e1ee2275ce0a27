"""What can be wrong with a value, as SQL: each test with the reason that a report shows."""

from dataclasses import dataclass, field

from hitcast.ingest.contract import Column
from hitcast.ingest.mapping import TableMapping

NOUNS = {"bigint": "a whole number", "double": "a number", "boolean": "true or false", "varchar": "text"}


@dataclass
class Checks:
    """What can be wrong with a row, by number, and the values that SQL takes as parameters.

    Attributes:
        problems: (vendor's column, reason) of every check; a row carries the place, from 1, of the first that it fails.
        parameters: Value by parameter name.
    """

    problems: list[tuple[str, str]] = field(default_factory=list)
    parameters: dict[str, object] = field(default_factory=dict)

    def problem(self, column: str, reason: str) -> int:
        """Number of a new check."""
        self.problems.append((column, reason))
        return len(self.problems)

    def parameter(self, value: object) -> str:
        """A new parameter's name in SQL."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"


def value_tests(value: str, given: str, column: Column, mapping: TableMapping, checks: Checks) -> list[tuple[str, str]]:
    """Conditions under which a value is rejected, each with its reason."""
    tests = []
    if column.data_type != "varchar":
        noun = (
            f"a date like {mapping.format_of(column.name)}" if column.data_type == "date" else NOUNS[column.data_type]
        )
        unread = f"{value} is null and {given} is not null and trim({given}) <> ''"
        if column.data_type == "bigint":
            is_long = f"{unread} and strlen({given}) > 18 and regexp_full_match(trim({given}), '[+-]?\\d+(\\.0*)?')"
            tests.append((is_long, f"is beyond {2**63 - 1}"))
        if column.data_type == "date":
            # strptime takes "epoch" and "infinity", whatever the format, for the first day of 1900.
            unread = f"({unread}) or ({value} = date '1900-01-01' and not regexp_matches({given}, '[0-9]'))"
        tests.append((unread, f"is not {noun}"))
    if column.required:
        tests.append((f"{value} is null", "is required and empty"))
    least = column.minimum
    if mapping.corrections and column.is_count and column.additive:
        least = None if column.maximum is None else f"-{column.maximum}"
    for bound, sign, word in ((least, "<", "below"), (column.maximum, ">", "above")):
        if bound is not None:
            limit = f"cast({checks.parameter(bound)} as {column.data_type})"
            tests.append((f"{value} {sign} {limit}", f"is {word} {bound}"))
    return [(test, f"{reason} ({column.name})") for test, reason in tests]
