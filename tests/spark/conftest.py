"""A cluster for the tests marked `spark`; without pyspark or Java they skip and say what is missing."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from hitcast.core.spark_cluster import Cluster, standalone

MISSING = [name for name, found in (("pyspark", find_spec("pyspark")), ("java", shutil.which("java"))) if found is None]


@pytest.fixture(scope="session")
def installed() -> None:
    """What Spark needs."""
    if MISSING:
        pytest.skip(f"{' and '.join(MISSING)} not found: run `make test-spark`, with Java 17 installed")


@pytest.fixture(scope="session")
def cluster(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A standalone master with two workers."""
    with standalone(tmp_path_factory.mktemp("cluster")) as started:
        yield started
