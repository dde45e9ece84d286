"""python -m benchmarks: every measurement, on SQLite and on a throw-away PostgreSQL where there is one."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from tests import postgres

ALL = ("benchmarks.portal_home", "benchmarks.feed_refresh", "benchmarks.tickets")


def run(name: str, **environment: str) -> None:
    print(f"\n## {name}", flush=True)
    subprocess.run([sys.executable, "-m", name], env={**os.environ, **environment}, check=True)


def empty_database(url: str) -> str:
    with psycopg.connect(url.removesuffix("/desk") + "/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE desk")
    return url


def main() -> None:
    for name in ALL:
        run(name)
    if postgres.find_binaries() is None:
        print(f"No PostgreSQL was found: {postgres.HOW_TO_INSTALL}")
        return
    for number, name in enumerate(ALL):
        with tempfile.TemporaryDirectory(prefix="desk-bench-pg-") as folder:
            run(name, DATABASE_URL=empty_database(postgres.start(Path(folder) / f"cluster{number}")))


if __name__ == "__main__":
    main()
