"""Queries written with the ORM and turned into SQL once in a process.

Building the SQL costs Django several times what the database takes to answer; the portal's home and the frame of the
management interface ask the same few questions for everybody.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

FIRST_PLACE = 2_000_000_001  # no key and no limit is as high, and an integer column still takes it


class PreparedQuery:
    """A `values_list` query whose integer arguments are filled in each time it is asked.

    build: makes the queryset from as many integers as `rows` is called with. Values come as the database gives them:
    true may be 1, and a moment may be text.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], arguments: int) -> None:
        self._build = build
        self._places = [FIRST_PLACE + number for number in range(arguments)]

    @cached_property
    def _sql(self) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = self._build(*self._places).query.sql_with_params()
        return sql, tuple(parameters)

    def rows(self, *arguments: int) -> list[tuple[Any, ...]]:
        """The rows for these arguments."""
        sql, parameters = self._sql
        filled = dict(zip(self._places, arguments, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [filled.get(parameter, parameter) for parameter in parameters])
            return list(cursor.fetchall())
