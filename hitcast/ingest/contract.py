"""The contracts of the raw tables, read from the sources' YAML: the one place where they are written."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hitcast.core.home import PROJECT_DIR

LEDGER = "landing_deliveries"


@dataclass(frozen=True)
class Column:
    """One column of a raw table.

    Attributes:
        name: Column name.
        data_type: DuckDB type: varchar, bigint, double, date, boolean or timestamp.
        required: Whether the column must be in the file and every value known.
        minimum: Least value allowed, as text.
        maximum: Greatest value allowed, as text.
        accepted_values: The only values allowed; empty where any is.
        not_before: Column of a date that its own does not lie before, if there is one.
        is_country: Whether its values are codes of ISO 3166-1 alpha-2.
        stamped: Whether ingest sets it, so that no vendor is asked for it.
        names: What vendors call it, in English and Russian.
        words: What vendors write for a value, by value.
        typical_share: Usual size of its sum beside that of the table's largest count; None where it is no count.
        stand_ins: Columns that may take its place where no column of a file feeds it, the best one first.
        additive: Whether figures of rows that are put together add up; listeners, say, do not.
    """

    name: str
    data_type: str
    required: bool = False
    minimum: str | None = None
    maximum: str | None = None
    accepted_values: tuple[str, ...] = ()
    stamped: bool = False
    names: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    typical_share: float | None = None
    stand_ins: tuple[str, ...] = ()
    additive: bool = True
    is_country: bool = False
    not_before: str = ""

    @property
    def is_count(self) -> bool:
        """Whether it counts what happened, from 0."""
        return self.data_type == "bigint" and self.minimum == "0"

    @property
    def may_be_scaled(self) -> bool:
        """Whether a vendor may give it in thousands or millions: a count, or an amount of money."""
        is_amount = self.data_type == "double" and self.required
        return is_amount or (self.is_count and not self.name.endswith("_seconds"))

    @property
    def is_identifier(self) -> bool:
        """Whether its text names something, so that a letter off would join nothing."""
        return self.data_type == "varchar" and (self.name in ("isrc", "upc") or self.name.endswith("_id"))

    def word_for(self, value: str) -> str | None:
        """The contract's word for a vendor's; None where it is not known."""
        word = value.casefold().replace("–", "-").replace("—", "-")
        for ours, theirs in self.words.items():
            if word == ours.casefold() or word in (each.casefold() for each in theirs):
                return ours
        return None


@dataclass(frozen=True)
class Contract:
    """One raw table.

    Attributes:
        table: Table name.
        columns: Its columns, in order.
        key: Columns that name a row.
        day_column: Column that rows are landed by; None where the table is upserted by key instead.
        sort: Columns that a landed day is sorted by.
        names: Words that files of it are called by.
        any_of: Columns of which a row must have one; a value of theirs that does not fit rejects the row.
        is_optional: Whether a label may do without it.
        refuses_differing: Whether rows of one key that differ are refused, of a table that is upserted by key; else the
            last one counts.
    """

    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    day_column: str | None = None
    sort: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    is_optional: bool = False
    refuses_differing: bool = False

    @property
    def delivered(self) -> tuple[Column, ...]:
        """The columns that a vendor delivers: all but the stamped ones."""
        return tuple(column for column in self.columns if not column.stamped)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that a file must carry."""
        return tuple(column.name for column in self.delivered if column.required)

    def column(self, name: str) -> Column | None:
        """The delivered column of that name, if there is one."""
        return next((column for column in self.delivered if column.name == name), None)


def measure_of(contract: Contract) -> str:
    """The main figure of a table that is landed by day: its first required count."""
    return next(column.name for column in contract.delivered if column.is_count and column.required)


@cache
def load_contracts(models_dir: Path = PROJECT_DIR / "models") -> dict[str, Contract]:
    """Contracts of every raw table, the ledger included.

    Args:
        models_dir: dbt's model folder, with `staging/<source>/_<source>__sources.yml`.

    Returns:
        Contract by table name, for the tables that declare a key.
    """
    contracts = {}
    for path in sorted(models_dir.glob("staging/*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                meta = table.get("config", {}).get("meta", {})
                if "key" in meta:
                    contracts[table["name"]] = _contract(table, meta)
    return contracts


def _contract(table: dict[str, Any], meta: dict[str, Any]) -> Contract:
    return Contract(
        table=table["name"],
        columns=tuple(_column(column) for column in table["columns"] if not _is_partition(column)),
        key=tuple(meta["key"]),
        day_column=meta.get("day_column"),
        sort=tuple(meta.get("sort", ())),
        names=tuple(meta.get("names", ())),
        any_of=tuple(meta.get("any_of", ())),
        is_optional=meta.get("optional", False),
        refuses_differing=meta.get("refuse_differing", False),
    )


def _is_partition(column: dict[str, Any]) -> bool:
    """Whether the column is known from a file's folder alone."""
    return bool(column.get("config", {}).get("meta", {}).get("partition", False))


def _column(column: dict[str, Any]) -> Column:
    meta = column.get("config", {}).get("meta", {})
    bounds = {name: str(meta[name]) for name in ("minimum", "maximum") if name in meta}
    return Column(
        name=column["name"],
        data_type=column["data_type"],
        required=meta.get("required", False),
        accepted_values=tuple(str(value) for value in meta.get("accepted_values", ())),
        stamped=meta.get("stamped", False),
        names=tuple(map(str, meta.get("names", ()))),
        words={ours: tuple(map(str, theirs)) for ours, theirs in meta.get("words", {}).items()},
        typical_share=meta.get("typical_share"),
        stand_ins=tuple(meta.get("stand_ins", ())),
        additive=meta.get("additive", True),
        is_country=meta.get("country", False),
        not_before=meta.get("not_before", ""),
        **bounds,
    )
