"""One Spark session for all of these; pyspark is in the extra `spark`, so that only `make test-spark` collects them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from session import SparkEngine, session

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engines"))


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """Return the session; its tables are those of the demo (`make test-spark` has built them)."""
    opened = session()
    yield opened
    opened.stop()


@pytest.fixture
def engine(spark: SparkSession) -> Iterator[SparkEngine]:
    """Return an engine without a relation."""
    opened = SparkEngine(spark)
    yield opened
    opened.close()
