"""A deadline over a whole piece of work, which timeouts of sockets are not: a server may drip a byte a second."""

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Does the work in a thread of its own, and waits for it; one that takes longer is left behind.

    The caller's thread hears signals meanwhile, whatever the work hangs in: a name, a connection, a handshake.

    Args:
        seconds: How long to wait.
        work: What to do.

    Returns:
        What the work gave.

    Raises:
        TimeoutError: It has not ended by then.
        Exception: What the work raised.
    """
    raised: list[BaseException] = []
    given: list[Result] = []

    def run() -> None:
        try:
            given.append(work())
        except BaseException as error:
            raised.append(error)

    # a daemon does not keep the process alive
    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not given:
        raise TimeoutError
    return given[0]
