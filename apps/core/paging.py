"""Paging by key: the next page begins after the last row of this one, however many rows come before it."""

import base64
import json
from datetime import UTC, datetime
from typing import Annotated, Any, TypeGuard

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from apps.core.problems import Problem

MAX_LIMIT, MAX_CURSOR = 100, 300
MAX_ID = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items a page holds.")]
Cursor = Annotated[
    str,
    Query(max_length=MAX_CURSOR, pattern=r"^[A-Za-z0-9_-]*$", description="Where to go on, taken from `next`."),
]


class Page[Item](BaseModel):
    """A page of a list. `next` is the address of the page after it, or null on the last one."""

    items: list[Item]
    next: str | None


def page_of[Row: Model](
    rows: QuerySet[Row], *, request: HttpRequest, order: str, limit: int, cursor: str
) -> tuple[list[Row], str | None]:
    """The rows that come after `cursor`, and the address of the next page.

    order: a column that is never null, with a minus for the greatest first; rows that are equal in it go by their id,
    in the same direction. Raises Problem (422) for a cursor that was not made here for a list in this order.
    """
    column, sign = order.removeprefix("-"), "-" if order.startswith("-") else ""
    if cursor:
        rows = _after(rows, column, _read(cursor, order), descending=bool(sign))
    found = list(rows.order_by(order, f"{sign}pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], next_address(request, _write(order, getattr(last, column), last.pk))


def next_address(request: HttpRequest, cursor: str) -> str:
    """The address of this request, going on at another cursor."""
    query = request.GET.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def bad_cursor() -> Problem:
    """What is answered to a cursor that was not made for this list."""
    return Problem(422, "bad_cursor", errors={"cursor": ["This cursor belongs to no page of this list."]})


def _after[Row: Model](rows: QuerySet[Row], column: str, last: tuple[Any, int], *, descending: bool) -> QuerySet[Row]:
    value, pk = last
    way = "lt" if descending else "gt"
    if column == "pk":
        return rows.filter(**{f"pk__{way}": pk})
    # The first condition is implied by the second; with it both databases go straight to the place in the index.
    near = rows.filter(**{f"{column}__{way}e": value})
    return near.filter(Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"pk__{way}": pk}))


def _write(order: str, value: Any, pk: int) -> str:
    text = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([order, text, pk]).encode()).decode().rstrip("=")


def _read(cursor: str, order: str) -> tuple[datetime | int, int]:
    try:
        made_for, text, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value = datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else text
    except (ValueError, TypeError, OverflowError, RecursionError):
        made_for, value, pk = "", None, None
    if made_for == order and _is_number(pk) and (isinstance(value, datetime) or _is_number(value)):
        return value, pk
    raise bad_cursor()


def _is_number(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= MAX_ID
