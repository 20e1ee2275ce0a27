"""What could be known at best: the future simulated again and again from the true state after some days."""

from pathlib import Path

import duckdb

from hitcast.demo.simulation import AS_OF_DAYS, run_script, step

REPLICAS = 16


def write_truth(connection: duckdb.DuckDBPyConnection, file: Path, replicas: int = REPLICAS) -> int:
    """Writes the expected and the realised totals of every release that is no reissue, by days known.

    Args:
        connection: Connection in which `simulate` ran; its `state` is used up.
        file: Parquet file to write: release_id, as_of_day, horizon_days, expected_streams (mean total over the
            replicas), expected_log1p_streams (mean of ln(1 + total), the forecast that minimizes RMSLE),
            realised_streams (null where the window reaches past the world's last day).
        replicas: Futures simulated of every release from each day, below 40.

    Returns:
        Rows written.
    """
    simulate_futures(connection, replicas)
    return run_script(connection, "truth", file=str(file))


def simulate_futures(connection: duckdb.DuckDBPyConnection, replicas: int) -> None:
    """Leaves in `state` how every release may stand after 30 days, many times over from each of `AS_OF_DAYS`.

    Args:
        connection: Connection in which `simulate` ran; its `state` is replaced. The replicas of as-of day d are
            numbered from 40 d + 1.
        replicas: Futures of every release; all begin from `as_of_state`, hidden properties of the recording included.
    """
    connection.execute("create or replace temp table state as from state limit 0")
    for age in range(30):
        if age in AS_OF_DAYS:
            run_script(connection, "truth_start", as_of_day=age, replicas=replicas)
        step(connection, age)
