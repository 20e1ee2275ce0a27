"""Run on its own: starts Spark as a command of hitcast does, and prints the addresses that it listens on."""

import os
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from hitcast.core.home import Home
from hitcast.core.spark_session import open_session
from hitcast.core.target import spark_of

LISTENING = "0A"


def addresses(processes: set[int]) -> set[str]:
    """Addresses on which any of the processes waits for connections."""
    own = set()
    for file in (file for number in processes for file in Path(f"/proc/{number}/fd").iterdir()):
        # a file may be closed meanwhile, such as the list itself
        with suppress(FileNotFoundError):
            own.add(str(file.readlink()))
    return {address for address, socket in _sockets() if socket in own}


def family(parent: int) -> set[int]:
    """A process and all that it started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # the name in brackets may hold spaces
        parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {parent}
    while more := {child for child, above in parents.items() if above in found} - found:
        found |= more
    return found


def _sockets() -> Iterator[tuple[str, str]]:
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING:
                packed = bytes.fromhex(fields[1].partition(":")[0])
                # words of four bytes, each the least byte first
                address = ip_address(b"".join(packed[at : at + 4][::-1] for at in range(0, len(packed), 4)))
                mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
                yield str(mapped or address), f"socket:[{fields[9]}]"


def main() -> None:
    found = spark_of(Home.current())
    assert found is not None
    session = open_session(found)
    # executors have come up once a task was done
    assert session.range(10).repartition(2).count() == 10
    print(*sorted(addresses(family(os.getpid()))))


if __name__ == "__main__":
    main()
