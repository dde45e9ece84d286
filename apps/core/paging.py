"""Paging by key: the next page begins after the last row of this one, however many rows come before it."""

import base64
import json
from typing import Annotated, TypeGuard

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

    order: a column of whole numbers, the smallest first; rows that are equal in it go by their id.
    Raises Problem (422) for a cursor that was not made here for a list in this order.
    """
    if cursor:
        value, pk = _read(cursor, order)
        # The first condition is implied by the second; with it databases go straight to the place in the index.
        rows = rows.filter(Q(**{f"{order}__gte": value}), Q(**{f"{order}__gt": value}) | Q(**{order: value}, pk__gt=pk))
    found = list(rows.order_by(order, "pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], next_address(request, _write(order, getattr(last, order), last.pk))


def next_address(request: HttpRequest, cursor: str) -> str:
    """The address of this request, going on at another cursor."""
    query = request.GET.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def bad_cursor() -> Problem:
    """What is answered to a cursor that was not made for this list."""
    return Problem(422, "bad_cursor", errors={"cursor": ["This cursor belongs to no page of this list."]})


def _write(order: str, value: int, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([order, value, pk]).encode()).decode().rstrip("=")


def _read(cursor: str, order: str) -> tuple[int, int]:
    try:
        made_for, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError):
        made_for, value, pk = "", None, None
    if made_for == order and _is_number(value) and _is_number(pk):
        return value, pk
    raise bad_cursor()


def _is_number(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= MAX_ID
