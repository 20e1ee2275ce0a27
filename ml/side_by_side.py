"""Feature sets side by side, on as many threads as are set: much of a fit runs on one."""

import warnings
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

Made = TypeVar("Made")


def side_by_side(make: Callable[[str], Made], feature_sets: Collection[str], threads: int) -> dict[str, Made]:
    """What is made of each feature set, by its name.

    Args:
        make: Makes it; may fit anything.
        feature_sets: Keys of `ml.data.FEATURE_SETS`.
        threads: Feature sets that are under way at a time.
    """
    # not in the threads: what one of them has imported by half the other would find by half, such as polars
    import catboost  # noqa: F401
    import lightgbm  # noqa: F401

    # inner limits on BLAS and filters of warnings must find these, or what one thread restores would hold in the other
    with (
        warnings.catch_warnings(),
        threadpool_limits(limits=1, user_api="blas"),
        ThreadPoolExecutor(threads) as pool,
    ):
        warnings.simplefilter("ignore", RuntimeWarning)
        return dict(zip(feature_sets, pool.map(make, feature_sets), strict=True))
