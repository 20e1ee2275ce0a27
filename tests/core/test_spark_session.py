"""Starting Spark without Spark: what is missing, held or not there is said before it is tried."""

import socket
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from hitcast.core import spark_session
from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.settings import Spark
from tests.ml.spark_session import ON_SPARK


class SparkError(Exception):
    __module__ = "pyspark.errors.exceptions.captured"


@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        (
            "[TABLE_OR_VIEW_NOT_FOUND] The table `hitcast`.`releases` cannot be found.\nVerify.\n'Unresolved [x]",
            HitcastError,
            "target spark_local: [TABLE_OR_VIEW_NOT_FOUND] The table `hitcast`.`releases` cannot be found.. "
            "Run `hitcast ingest` and `hitcast run` first",
        ),
        (
            "An error occurred while calling o1.f.\n: java.io.IOException: gone\n\tat a.b",
            HitcastError,
            "IOException: gone",
        ),
    ],
)
def test_sparks_failures_are_one_line(raised: str, kind: type[HitcastError], message: str) -> None:
    with pytest.raises(kind) as refusal, spark_session.short_failures(ON_SPARK):
        raise SparkError(raised)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_other_failures_stay_what_they_are() -> None:
    with pytest.raises(ZeroDivisionError), spark_session.short_failures(ON_SPARK), nullcontext(1 / 0):
        pass


@pytest.mark.parametrize(("missing", "message"), [("pyspark", "Run `make spark`"), ("java", "Install Java 17")])
def test_what_is_missing_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch, missing: str, message: str) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(spark_session, "find_spec", lambda name: None if name == missing else object())
    monkeypatch.setattr(spark_session.shutil, "which", lambda name: None if name == missing else name)
    with pytest.raises(HitcastError) as refusal:
        spark_session.open_session(ON_SPARK)
    assert message in str(refusal.value)
    assert "target spark_local" in str(refusal.value)


def test_a_metastore_that_another_process_has_open_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "metastore" / "dbex.lck"
    url = f"jdbc:derby:;databaseName={lock.parent};create=true"
    held = Spark("spark_local", "hitcast", {"spark.hadoop.javax.jdo.option.ConnectionURL": url}, tmp_path)
    spark_session._stop_if_held(held)
    lock.parent.mkdir()
    lock.touch()
    spark_session._stop_if_held(held)
    hold = (
        "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX)\n"
        "print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match="held open by another process"):
            spark_session._stop_if_held(held)
        holder.communicate("\n")
    spark_session._stop_if_held(held)


def test_a_master_that_is_not_there_is_told_and_one_of_several_is_enough(tmp_path: Path) -> None:
    def ask(master: str) -> None:
        spark_session._stop_if_no_master(Spark("spark_local", "hitcast", {"spark.master": master}, tmp_path))

    with socket.socket() as master, socket.socket() as gone:
        for each in (master, gone):
            each.bind(("127.0.0.1", 0))
        master.listen()
        there, nowhere = (f"127.0.0.1:{each.getsockname()[1]}" for each in (master, gone))
        for fine in (f"spark://{there}", f"spark://{nowhere},{there}", "local-cluster[2,1,1024]", "yarn"):
            ask(fine)
        for wrong in (nowhere, f"{nowhere},{nowhere}", "127.0.0.1", "127.0.0.1:port", ""):
            with pytest.raises(HitcastError, match="no Spark master listens there") as refusal:
                ask(f"spark://{wrong}")
            assert f"spark://{wrong}" in str(refusal.value)
