"""Locks by name that last until the transaction ends, on both databases."""

import zlib

from django.db import connection


def lock(name: str) -> None:
    """Hold the lock `name` until this transaction ends; others wait.

    PostgreSQL: a transaction-level advisory lock. SQLite: nothing to do, because its transactions
    begin IMMEDIATE and so run one after another. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("lock() needs a transaction to hold it")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])


def try_lock(name: str) -> bool:
    """As `lock`, but where somebody else holds it, do not wait and say False. On SQLite it is always free by then.

    Raises RuntimeError outside a transaction.
    """
    if connection.vendor != "postgresql":
        lock(name)
        return True
    if not connection.in_atomic_block:
        raise RuntimeError("try_lock() needs a transaction to hold it")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])
        return bool(cursor.fetchone()[0])
