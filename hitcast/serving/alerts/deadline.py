"""A deadline over a whole piece of work, which timeouts of sockets are not: a server may drip a byte a second."""

from collections.abc import Callable
from threading import Thread


def within(seconds: float, work: Callable[[], None]) -> None:
    """Does the work in a thread of its own, and waits for it; one that takes longer is left behind.

    Args:
        seconds: How long to wait.
        work: What to do.

    Raises:
        TimeoutError: It has not ended by then.
        Exception: What the work raised.
    """
    raised: list[BaseException] = []
    done: list[bool] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)
        done.append(True)

    # a daemon does not keep the process alive
    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not done:
        raise TimeoutError
    if raised:
        raise raised[0]
