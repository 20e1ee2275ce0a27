import os
import re

import pytest

from hitcast.core.environment import (
    RULES,
    SEEN_BY_DBT,
    check_environment,
    memory_limit,
    patience_seconds,
    without_secrets,
)
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from hitcast.core.quiet import connect


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HITCAST_TARGET", "oracle"),
        *(("HITCAST_PATIENCE", text) for text in ("x", "-1", "nan", "inf", " ", "86401", "1_0", "\u0661", "9" * 5000)),
        *(
            ("HITCAST_MEMORY_LIMIT", text)
            for text in ("abc", "100", "0GB", "-1", "80%", "2 GB 3", "9999TB", "9" * 5000 + "GB")
        ),
        ("HITCAST_SPARK_METHOD", "pigeon"),
        *(("HITCAST_SPARK_PORT", text) for text in ("0", "65536", "x", "\u0661", "\u00b2", "9" * 5000)),
        *(("HITCAST_SPARK_PARTITIONS", text) for text in ("0", "1.5", "100001")),
        *(("HITCAST_SPARK_EXECUTOR_MEMORY", text) for text in ("0g", "much")),
        *(("HITCAST_SPARK_SCHEMA", text) for text in ("a b", "A", "a'", "{{ 1 }}", "a\nb", "x" * 64)),
        *(("HITCAST_POSTGRES_SCHEMA", text) for text in ('a"; drop schema public', "Upper")),
        *(("HITCAST_SPARK_MASTER", text) for text in ("local[2] ", 'a"b', "{{ env_var('PATH') }}", "a\udcff")),
        *((name, "a'b") for name in ("HITCAST_SPARK_HOST", "HITCAST_SPARK_USER", "HITCAST_SPARK_LANDING")),
    ],
)
def test_a_variable_that_cannot_be_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(HitcastError) as refusal:
        check_environment()
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    assert str(refusal.value) == f"{name}: {shown!a} does not fit. {RULES[name].wanted}"


def test_what_fits_is_taken_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in RULES:
        monkeypatch.setenv(name, "")
    check_environment()
    assert (patience_seconds(), memory_limit()) == (30, "4GB")
    fitting = {
        "HITCAST_PATIENCE": "0.5", "HITCAST_MEMORY_LIMIT": "1.5 GiB", "HITCAST_SPARK_PORT": "10000",
        "HITCAST_SPARK_PARTITIONS": "8", "HITCAST_SPARK_EXECUTOR_MEMORY": "1g", "HITCAST_TARGET": "duckdb",
    }  # fmt: skip
    for name, text in fitting.items():
        monkeypatch.setenv(name, text)
    check_environment()
    assert (patience_seconds(), memory_limit()) == (0.5, "1.5 GiB")


@pytest.mark.parametrize("text", ["2GB", "512mb", "1.5 GiB", "2T", "900000000 B"])
def test_duckdb_takes_every_size_that_fits(text: str) -> None:
    assert RULES["HITCAST_MEMORY_LIMIT"].fits(text)
    with connect() as connection:
        connection.execute("set memory_limit = $limit", {"limit": text})


def test_dbt_sees_no_secret_and_all_that_its_profile_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = dict.fromkeys(
        (
            "HITCAST_POSTGRES_DSN", "HITCAST_ALERTS_WEBHOOK", "HITCAST_SMTP_URL", "HITCAST_DESK_TOKEN", "PGPASSWORD",
            "PGPASSFILE", "HITCAST_ALERTS_TO", "HITCAST_PASSWORD_OF_TOMORROW",
        ),
        "s3cret",
    )  # fmt: skip
    for name, text in hidden.items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("HITCAST_TARGET", "duckdb")
    with pytest.raises(ZeroDivisionError), without_secrets():
        assert not hidden.keys() & os.environ.keys()
        assert {"HITCAST_TARGET", "PATH"} <= os.environ.keys()
        raise ZeroDivisionError
    assert {name: os.environ[name] for name in hidden} == hidden


def test_what_dbt_sees_is_what_its_files_read() -> None:
    files = [PROJECT_DIR / "profiles.yml", PROJECT_DIR / "dbt_project.yml"]
    files += [file for folder in ("models", "macros", "seeds") for file in (PROJECT_DIR / folder).rglob("*.*")]
    read = {name for file in files for name in re.findall(r"env_var\('(HITCAST_\w+)'", file.read_text())}
    assert read == set(SEEN_BY_DBT)
