"""A PostgreSQL server of the test's own: on a port of 127.0.0.1 that nobody else has, gone when the test is."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "pa:ss/w%ord"
PASSWORD_IN_URL = "pa%3Ass%2Fw%25ord"


def programs() -> Path | None:
    """Folder of `initdb` and `pg_ctl`: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextmanager
def running_server() -> Iterator[str]:
    """DSN of the server's superuser, who has a password."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed, so nothing was tested: apt-get install postgresql")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = Path(tempfile.mkdtemp(prefix="hitcast-postgres-"))
    try:
        (data / "password").write_text(PASSWORD)
        as_user: list[str] = []
        if os.geteuid() == 0:
            # the server refuses to run as root
            user = pwd.getpwnam("postgres")
            as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            for path in (data, data / "password"):
                os.chown(path, user.pw_uid, user.pw_gid)
        cluster = data / "cluster"

        def run(program: str, *arguments: str) -> None:
            command = [*as_user, str(folder / program), "-D", str(cluster), *arguments]
            subprocess.run(command, cwd=data, check=True, stdout=subprocess.DEVNULL)

        run("initdb", "-U", "owner", "--auth=scram-sha-256", f"--pwfile={data / 'password'}", "-E", "UTF8", "-N")
        run("pg_ctl", "-w", "-l", str(data / "log"), "-o", f"-h 127.0.0.1 -p {port} -k {data} -c fsync=off", "start")
        try:
            yield f"postgresql://owner:{PASSWORD_IN_URL}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(data)
