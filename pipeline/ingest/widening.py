"""Days landed under an older contract: they get the columns that it has gained since, empty."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.home import Home
from pipeline.ingest.contract import Contract, load_contracts
from pipeline.ingest.landing import ARROW_TYPES, incoming_dir, move_into_place
from pipeline.writer import writing

NEVER = "0001-01-01"


def widen(home: Home) -> int:
    """Rewrites landed days that lack a column of today's contract, for DuckDB reads the columns of the first file only.

    The oldest day is rewritten last and looked at first, so that a landing without change costs one look a table.

    Args:
        home: Where they lie.

    Returns:
        Days rewritten.
    """
    if not home.raw.is_dir():
        return 0
    return sum(_widen_table(home, contract) for contract in load_contracts().values() if contract.day_column)


def _widen_table(home: Home, contract: Contract) -> int:
    folders = sorted((home.raw / contract.table).glob(f"{contract.day_column}=*"))
    days = [folder / "data.parquet" for folder in folders if not folder.name.endswith(NEVER)]
    days = [path for path in days if path.is_file()]
    if not days or not _lacks(days[0], contract):
        return 0
    with writing(home, "hitcast run"):
        narrow = [path for path in reversed(days) if _lacks(path, contract)]
        for path in narrow:
            _widen_day(home, path, contract)
        shutil.rmtree(incoming_dir(home), ignore_errors=True)
    return len(narrow)


def _lacks(path: Path, contract: Contract) -> bool:
    try:
        held = set(pq.read_schema(path).names)
    except (pa.ArrowException, OSError):
        # damaged, so that it tells nothing of the days after it
        return True
    return any(column.name not in held for column in contract.columns if column.name != contract.day_column)


def _widen_day(home: Home, path: Path, contract: Contract) -> None:
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError):
        # the run that comes next names it, and the day delivered again replaces it
        return
    metadata = table.schema.metadata
    for column in contract.columns:
        if column.name not in table.column_names and column.name != contract.day_column:
            empty = pa.nulls(table.num_rows, ARROW_TYPES[column.data_type])
            table = table.append_column(column.name, empty)
    incoming = incoming_dir(home) / f"{path.parent.name}.parquet"
    incoming.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(metadata), incoming, write_page_checksum=True)
    move_into_place([(incoming, path)])
