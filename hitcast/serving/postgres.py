"""The published tables in PostgreSQL, for BI tools that speak nothing else.

Rows are deleted and appended in one transaction: tables, grants and views stay, readers never wait, and each of their
queries sees either the old rows or the new.
"""

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.sql import Sql, fill, listed, literal, quoted, typed
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
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
CODE = "%[0-9a-fA-F]{2}"
URL = re.compile(
    rf"postgres(?:ql)?://(?:(?:[^:@/?%]|{CODE})*(?::(?P<password>(?:[^@/?%]|{CODE})*))?@)?"
    rf"(?:[\w.,:-]|\[[\w.:%]*\]|{CODE})*(?:/(?:[^@/?%]|{CODE})*)?(?:\?(?P<options>(?:[^@?%]|{CODE})*))?",
    re.ASCII,
)
PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:\\.|[^'\\])*'|(?:\\.|[^\s'\\])*)(?=\s|$)", re.ASCII)
FORM = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
PUBLIC = ("host", "hostaddr", "port", "user", "dbname", "sslmode", "connect_timeout", "application_name")
"""Options of a DSN whose values an error may tell."""
FAR_END = re.compile(r"connection to server|could not translate host name")
"""How libpq begins what it says of a server; what it says of a DSN holds parts of it."""


def publish_to_postgres(home: Home, reader: str | None = None) -> dict[str, int]:
    """Bring the published tables to the server that `HITCAST_POSTGRES_DSN` names; returns rows by table.

    They lie in the schema of `HITCAST_POSTGRES_SCHEMA`, by default `hitcast`, which is made if it is missing. A column
    that a table lacks is added; one that it has beyond the published ones stays and is empty.

    Args:
        home: The home whose published file is brought over.
        reader: Role that may read the tables; made, without login, if it is missing.

    Raises:
        HitcastError: No DSN, a name that is none, nothing published, or what the server says.
    """
    dsn = os.environ.get(DSN)
    if not dsn:
        raise HitcastError("is not set", DSN, f"Set it to {FORM}")
    secrets = _secrets(dsn)
    schema = os.environ.get(SCHEMA, "hitcast")
    for name, where in ((schema, SCHEMA), (reader, "--reader")):
        if name is not None and not NAME.fullmatch(name):
            raise HitcastError(f"{name!r} is no plain name", where, "Use small letters, digits and _, 63 at most")
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    with open_published(home) as published:
        try:
            with dbapi.connect(dsn) as connection:
                row_counts = _replace(connection, published, schema)
                if reader is not None:
                    _grant(connection, schema, reader)
                connection.commit()
        except Error as error:
            raise HitcastError(
                _message(error, secrets), "PostgreSQL", f"Check {DSN} and the rights of its user"
            ) from None
    return row_counts


def _replace(connection: "Connection", published: "duckdb.DuckDBPyConnection", schema: str) -> dict[str, int]:
    tables = [name for (name,) in published.execute("select table_name from duckdb_tables() order by 1").fetchall()]
    row_counts = {}
    with connection.cursor() as cursor:
        cursor.execute("set local client_min_messages = warning")
        cursor.execute(fill("select pg_advisory_xact_lock({key})", key=Sql(str(LOCK))))
        if not _is_there(cursor, "select 1 from information_schema.schemata where schema_name = $1", schema):
            cursor.execute(fill("create schema {schema}", schema=quoted(schema)))
        for table in tables:
            _shape(cursor, published, schema, table)
            cursor.execute(fill("delete from {schema}.{table}", schema=quoted(schema), table=quoted(table)))
            _index(cursor, schema, table)
            rows = published.table(table).to_arrow_table()
            if rows.num_rows:
                cursor.adbc_ingest(table, rows, mode="append", db_schema_name=schema)
            row_counts[table] = rows.num_rows
        for view, horizon in views(published).items():
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
    there = "select column_name from information_schema.columns where table_schema = $1 and table_name = $2"
    cursor.execute(there, (schema, table))
    standing = {name for (name,) in cursor.fetchall()}
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


def _secrets(dsn: str) -> list[str]:
    """What of a DSN nobody else may read, as written there and decoded.

    Raises:
        HitcastError: It is not of a form in which the password can be told from the rest. libpq would say so in words
            that hold a part of it: of `USER:a@b@HOST` it takes `b@HOST` for a host that it cannot find.
    """
    url = URL.fullmatch(dsn)
    if not dsn.isprintable() or (url is None and PAIR.sub("", dsn).strip()):
        cure = f"Set it to {FORM}, with %-codes for signs in the password, such as %40 for @"
        raise HitcastError("is no address of a server", DSN, cure)
    if url is not None:
        options = [pair.partition("=")[::2] for pair in (url["options"] or "").split("&")]
        found = {url["password"] or "", *(value for name, value in options if name not in PUBLIC)}
        return [form for value in found for form in {value, unquote(value)} if form]
    found = {value for name, value in PAIR.findall(dsn) if name not in PUBLIC}
    return [form for value in found for form in {value, re.sub(r"\\(.)", r"\1", value.strip("'"))} if form]


def _message(error: Exception, secrets: list[str]) -> str:
    """The server's words in one line; where they are libpq's own on the DSN, none of them."""
    words = " ".join(str(error).split())
    failed = "Failed to connect:"
    if failed in words and not FAR_END.match(words.partition(failed)[2].strip()):
        return "cannot be reached, as its address has an option that is none or whose value does not fit"
    for secret in sorted(secrets, key=len, reverse=True):
        words = words.replace(secret, "***")
    return words.removeprefix("IO: ").removeprefix("[libpq] ")[:300]
