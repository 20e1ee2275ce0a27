import pytest

from hitcast.core.environment import RULES, check_environment, memory_limit, patience_seconds
from hitcast.core.errors import HitcastError
from hitcast.core.quiet import connect


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HITCAST_TARGET", "oracle"),
        *(("HITCAST_PATIENCE", text) for text in ("x", "-1", "nan", "inf", " ")),
        *(("HITCAST_MEMORY_LIMIT", text) for text in ("abc", "100", "0GB", "-1", "80%", "2 GB 3")),
        ("HITCAST_SPARK_METHOD", "pigeon"),
        *(("HITCAST_SPARK_PORT", text) for text in ("0", "65536", "x", "\u0661")),
        *(("HITCAST_SPARK_PARTITIONS", text) for text in ("0", "1.5")),
        *(("HITCAST_SPARK_EXECUTOR_MEMORY", text) for text in ("0g", "much")),
    ],
)
def test_a_variable_that_cannot_be_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(HitcastError) as refusal:
        check_environment()
    assert str(refusal.value) == f"{name}: {text!r} does not fit. {RULES[name].wanted}"


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
