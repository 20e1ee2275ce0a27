"""Without pyspark and Java nothing here is collected, and what is missing is said."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from pipeline.spark import Cluster, standalone

MISSING = [name for name, found in (("pyspark", find_spec("pyspark")), ("java", shutil.which("java"))) if found is None]
collect_ignore_glob = ["test_*_on_spark.py"] if "pyspark" in MISSING else []


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A standalone master with two workers."""
    if MISSING:
        pytest.skip(f"{' and '.join(MISSING)} not found: run `make test-spark`, with Java 17 installed")
    with standalone(tmp_path_factory.mktemp("cluster")) as started:
        yield started
