"""The Spark session of a home, for the scripts that stand beside."""

from pyspark.sql import SparkSession

from hitcast.core.home import Home
from hitcast.core.spark_cluster import settings


def open_session(home: Home) -> SparkSession:
    builder = SparkSession.builder.enableHiveSupport()
    for name, value in settings(home).items():
        builder = builder.config(name, value)
    return builder.config("spark.master", "local[2]").getOrCreate()
