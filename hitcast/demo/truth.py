"""What could be known at day 7 at best: the future simulated again and again from the true state of that day."""

from pathlib import Path

import duckdb

from hitcast.demo.simulation import AS_OF_AGE, run_script, step

REPLICAS = 32


def write_truth(connection: duckdb.DuckDBPyConnection, file: Path, replicas: int = REPLICAS) -> int:
    """Writes the expected and the realised totals of every release that is no reissue.

    Args:
        connection: Connection in which `simulate` ran; its `state` is used up.
        file: Parquet file to write: release_id, horizon_days, expected_streams (mean total over the replicas),
            expected_log1p_streams (mean of ln(1 + total), the forecast that minimises RMSLE), realised_streams (null
            where the window reaches past the world's last day).
        replicas: Futures simulated of every release.

    Returns:
        Rows written.
    """
    simulate_futures(connection, replicas)
    return run_script(connection, "truth", file=str(file))


def simulate_futures(connection: duckdb.DuckDBPyConnection, replicas: int) -> None:
    """Leaves in `state` how every release may stand after 30 days, many times over.

    Args:
        connection: Connection in which `simulate` ran; its `state` is replaced.
        replicas: Futures of every release; all begin from `as_of_state`, hidden properties of the recording included.
    """
    run_script(connection, "truth_start", replicas=replicas)
    for age in range(AS_OF_AGE, 30):
        step(connection, age)
