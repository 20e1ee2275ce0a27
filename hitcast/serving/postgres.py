"""The published tables in PostgreSQL, for BI tools that speak nothing else.

Rows are deleted and appended in one transaction: tables, grants and views stay, readers never wait, and each of their
queries sees either the old rows or the new.
"""

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hitcast.core.environment import NAME, patience_seconds
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.sql import Sql, fill, listed, literal, quoted, typed
from hitcast.serving.deadline import within
from hitcast.serving.postgres_errors import WHERE, connection_error, statement_error
from hitcast.serving.publish import open_published
from hitcast.serving.tables import OWN_KEYS, PUBLISHED_TABLES, views

if TYPE_CHECKING:
    import duckdb
    from adbc_driver_manager.dbapi import Connection, Cursor

DSN = "HITCAST_POSTGRES_DSN"
SCHEMA = "HITCAST_POSTGRES_SCHEMA"
TYPES = {
    "VARCHAR": "text",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "BOOLEAN": "boolean",
}
LOCK = 6_408_115
"""Key of the advisory lock that makes a second publisher wait."""
READ_AS = {"text": ("text", "character varying"), "timestamp": ("timestamp without time zone",)}
"""Types of the server that hold ours unchanged, where there are others than the one of the same name. Rows arrive as
bytes: of a type as wide as ours the server would make other figures without a word."""
CONNECT_SECONDS, DEADLINE_SECONDS = 10.0, 900.0
"""For the name, the connection, the handshake and the login; and for all of it."""
CODE = "%[0-9a-fA-F]{2}"
URL = re.compile(
    rf"postgres(?:ql)?://(?:(?:[^:@/?%]|{CODE})*(?::(?:[^@/?%]|{CODE})*)?@)?"
    rf"(?:[\w.,:-]|\[[\w.:%]*\]|{CODE})*(?:/(?:[^@/?%]|{CODE})*)?(?:\?(?:[^@?%]|{CODE})*)?",
    re.ASCII,
)
PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:\\.|[^'\\])*'|(?:\\.|[^\s'\\])*)(?=\s|$)", re.ASCII)
FORM = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


@dataclass
class _Call:
    """One publication under way.

    Attributes:
        doing: What it does at present, in words.
        is_given_up: Whether nobody waits for it any more: it must not commit.
    """

    doing: str = "connecting"
    is_given_up: bool = False


def publish_to_postgres(
    home: Home,
    reader: str | None = None,
    connect_seconds: float = CONNECT_SECONDS,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> dict[str, int]:
    """Bring the published tables to the server that `HITCAST_POSTGRES_DSN` names; returns rows by table.

    They lie in the schema of `HITCAST_POSTGRES_SCHEMA`, by default `hitcast`, which is made if it is missing. A column
    that a table lacks is added; one that it has beyond the published ones stays and is empty.

    Args:
        home: The home whose published file is brought over.
        reader: Role that may read the tables; made, without login, if it is missing.
        connect_seconds: How long the server may take to let the user in.
        deadline_seconds: How long the whole of it may take.

    Raises:
        BusyError: Another session of the server holds what is needed for longer than `HITCAST_PATIENCE`.
        HitcastError: No DSN, a name that is none, nothing published, a column of another type, or a server that refuses
            or does not answer in time; nothing of its words, which may hold secrets, is shown.
    """
    dsn = os.environ.get(DSN)
    if not dsn:
        raise HitcastError("is not set", DSN, f"Set it to {FORM}")
    _check_address(dsn)
    schema = os.environ.get(SCHEMA) or "hitcast"
    for name, where in ((schema, SCHEMA), (reader, "--reader")):
        if name is not None and not NAME.fullmatch(name):
            raise HitcastError(f"{name!r} is no plain name", where, "Use small letters, digits and _, 63 at most")
    # what is wrong there is said before anybody waits
    with open_published(home):
        pass
    call = _Call()
    try:
        return within(deadline_seconds, lambda: _publish(home, call, dsn, schema, reader, connect_seconds))
    except TimeoutError:
        what = f"did not answer within {deadline_seconds:g} s, {call.doing}"
        raise HitcastError(what, WHERE, "Check the server and the network") from None
    finally:
        call.is_given_up = True


def _publish(
    home: Home, call: _Call, dsn: str, schema: str, reader: str | None, connect_seconds: float
) -> dict[str, int]:
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    try:
        connection = within(connect_seconds, lambda: dbapi.connect(dsn))
    except TimeoutError:
        what = f"did not let the user in within {connect_seconds:g} s"
        raise HitcastError(what, WHERE, f"Check the server, the network and {DSN}") from None
    except Error as error:
        raise connection_error(error) from None
    patience = patience_seconds()
    try:
        with open_published(home) as published, connection:
            row_counts = _replace(connection, published, schema, call, patience)
            if reader is not None:
                call.doing = "granting rights"
                _grant(connection, schema, reader)
            call.doing = "committing"
            if not call.is_given_up:
                connection.commit()
    except Error as error:
        raise statement_error(error, call.doing, patience) from None
    return row_counts


def _replace(
    connection: "Connection", published: "duckdb.DuckDBPyConnection", schema: str, call: _Call, patience: float
) -> dict[str, int]:
    tables = [name for (name,) in published.execute("select table_name from duckdb_tables() order by 1").fetchall()]
    row_counts = {}
    with connection.cursor() as cursor:
        cursor.execute("set local client_min_messages = warning")
        # 0 would be no limit
        milliseconds = Sql(str(max(int(patience * 1000), 1)))
        cursor.execute(fill("set local lock_timeout = {milliseconds}", milliseconds=milliseconds))
        call.doing = "waiting for another publication"
        cursor.execute(fill("select pg_advisory_xact_lock({key})", key=Sql(str(LOCK))))
        # what the server says of it comes with its row
        cursor.fetchall()
        if not _is_there(cursor, "select 1 from information_schema.schemata where schema_name = $1", schema):
            call.doing = f"making the schema {schema}"
            cursor.execute(fill("create schema {schema}", schema=quoted(schema)))
        for table in tables:
            call.doing = f"writing {schema}.{table}"
            _shape(cursor, published, schema, table)
            cursor.execute(fill("delete from {schema}.{table}", schema=quoted(schema), table=quoted(table)))
            _index(cursor, schema, table)
            rows = published.table(table).to_arrow_table()
            if rows.num_rows:
                cursor.adbc_ingest(table, rows, mode="append", db_schema_name=schema)
            row_counts[table] = rows.num_rows
        for view, horizon in views(published).items():
            call.doing = f"making the view {schema}.{view}"
            _view(cursor, schema, view, horizon)
    return row_counts


def _view(cursor: "Cursor", schema: str, name: str, horizon: int) -> None:
    """Make the view of one horizon if it is missing or lacks columns; one that has them all is left to its readers."""
    width = "select count(*) from information_schema.columns where table_schema = $1 and table_name = $2"
    found = []
    for table in (name, "release_predictions"):
        cursor.execute(width, (schema, table))
        [counted] = cursor.fetchall()
        found.append(counted[0])
    if found[0] == found[1]:
        return
    query = "create or replace view {view} as select * from {table} where horizon_days = {horizon}"
    view, table = (Sql(f"{quoted(schema)}.{quoted(one)}") for one in (name, "release_predictions"))
    cursor.execute(fill(query, view=view, table=table, horizon=Sql(str(int(horizon)))))


def _index(cursor: "Cursor", schema: str, table: str) -> None:
    """Its key, and what its rows are looked up by, where they are missing; readers do not wait for that."""
    target, keys = Sql(f"{quoted(schema)}.{quoted(table)}"), {**PUBLISHED_TABLES, **OWN_KEYS}
    key = keys.get(table, ())
    if key:
        statement = "create unique index if not exists {name} on {target} ({columns})"
        cursor.execute(fill(statement, name=quoted(f"{table}_key"), target=target, columns=listed(key)))
    if "release_id" in key and key[0] != "release_id":
        statement = "create index if not exists {name} on {target} (release_id)"
        cursor.execute(fill(statement, name=quoted(f"{table}_release"), target=target))


def _shape(cursor: "Cursor", published: "duckdb.DuckDBPyConnection", schema: str, table: str) -> None:
    """Make the table if it is missing, and add the columns that it lacks, with their descriptions.

    A table that has them all is left alone: to alter it would wait for its readers.
    """
    columns = published.execute(
        "select column_name, data_type, comment from duckdb_columns() where table_name = ? order by column_index",
        [table],
    ).fetchall()
    there = "select column_name, data_type from information_schema.columns where table_schema = $1 and table_name = $2"
    cursor.execute(there, (schema, table))
    standing = dict(cursor.fetchall())
    _check_types({name: TYPES[kind] for name, kind, _ in columns}, standing, f"{schema}.{table}")
    lacking = [column for column in columns if column[0] not in standing]
    target = Sql(f"{quoted(schema)}.{quoted(table)}")
    if not standing:
        types = typed({name: TYPES[kind] for name, kind, _ in columns})
        cursor.execute(fill("create table {target} ({types})", target=target, types=types))
        meaning = published.execute("select comment from duckdb_tables() where table_name = ?", [table]).fetchone()
        if meaning is not None:
            cursor.execute(fill("comment on table {target} is {text}", target=target, text=_literal(meaning[0])))
    else:
        for name, kind, _ in lacking:
            column = typed({name: TYPES[kind]})
            cursor.execute(fill("alter table {target} add column {column}", target=target, column=column))
    for name, _, text in lacking:
        comment = "comment on column {target}.{column} is {text}"
        cursor.execute(fill(comment, target=target, column=quoted(name), text=_literal(text)))


def _check_types(wanted: dict[str, str], standing: dict[str, str], where: str) -> None:
    """Stops before rows are written into a column of another type."""
    for name, kind in wanted.items():
        if name in standing and standing[name] not in READ_AS.get(kind, (kind,)):
            cure = f"There: `alter table {where} alter column {name} type {kind}`, or drop the table: it is made again"
            raise HitcastError(f"{name} is {standing[name]} there, and {kind} here", f"{WHERE}, {where}", cure)


def _grant(connection: "Connection", schema: str, reader: str) -> None:
    """A role that may read every table of the schema, those of later publications included, and nothing else."""
    statements = [
        "grant usage on schema {schema} to {reader}",
        "grant select on all tables in schema {schema} to {reader}",
        "alter default privileges in schema {schema} grant select on tables to {reader}",
    ]
    with connection.cursor() as cursor:
        if not _is_there(cursor, "select 1 from pg_catalog.pg_roles where rolname = $1", reader):
            statements.insert(0, "create role {reader} nologin")
        for statement in statements:
            cursor.execute(fill(statement, schema=quoted(schema), reader=quoted(reader)))


def _is_there(cursor: "Cursor", question: str, name: str) -> bool:
    cursor.execute(question, (name,))
    return cursor.fetchone() is not None


def _literal(text: str | None) -> Sql:
    """A literal for comments; backslashes are plain under `standard_conforming_strings`."""
    return Sql("null") if text is None else literal(text)


def _check_address(dsn: str) -> None:
    """Stops at a DSN whose password cannot be told from the rest.

    libpq would look for a part of it elsewhere: of `USER:a@b@HOST` it takes `b@HOST` for a host.

    Raises:
        HitcastError: It is not of a form that is plain.
    """
    if not dsn.isprintable() or (URL.fullmatch(dsn) is None and PAIR.sub("", dsn).strip()):
        cure = f"Set it to {FORM}, with %-codes for signs in the password, such as %40 for @"
        raise HitcastError("is no address of a server", DSN, cure)
