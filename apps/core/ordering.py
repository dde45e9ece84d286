"""Moving rows of an `Ordered` list, gapless with many people at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.core.locks import lock

if TYPE_CHECKING:
    from apps.core.models import Ordered


@transaction.atomic
def move_row(*, row: Ordered, before: Ordered | None = None, after: Ordered | None = None) -> None:
    """Put a row right before or right after another one; all positions are then 1, 2, 3, …

    Raises ValueError unless exactly one of `before` and `after` is given.
    Rows that vanished meanwhile leave the order as it is.
    """
    if (before is None) == (after is None):
        raise ValueError("name one neighbour")
    neighbour = (before or after).pk  # type: ignore[union-attr]
    positions = _locked_positions(type(row))
    order = list(positions)
    if row.pk != neighbour and row.pk in positions and neighbour in positions:
        order.remove(row.pk)
        order.insert(order.index(neighbour) + (after is not None), row.pk)
    _write(type(row), order, positions)


@transaction.atomic
def move_step(*, row: Ordered, rows: QuerySet[Any], up: bool) -> None:
    """Move a row past its neighbour among `rows`, a part of the list that somebody sees (filtered, searched).

    Where there is no neighbour on that side, nothing moves.
    """
    position = _locked_positions(type(row)).get(row.pk, 0)
    if up:
        above = Q(position__lt=position) | Q(position=position, pk__lt=row.pk)
        neighbour = rows.filter(above).order_by("-position", "-pk").first()
    else:
        below = Q(position__gt=position) | Q(position=position, pk__gt=row.pk)
        neighbour = rows.filter(below).order_by("position", "pk").first()
    if neighbour is not None:
        move_row(row=row, **{"before" if up else "after": neighbour})


@transaction.atomic
def close_gaps(model: type[Ordered]) -> None:
    """Number all rows of a list 1, 2, 3, … in their present order (after a delete, an import or a revert)."""
    positions = _locked_positions(model)
    _write(model, list(positions), positions)


@contextmanager
def keeping_order(model: type[Ordered]) -> Iterator[None]:
    """Whatever the block does to positions: rows that were there keep their order, and no gap is left.

    Rows that the block brings (back) go where their own position says.
    """
    with transaction.atomic():
        kept = _locked_positions(model)
        yield
        positions = _locked_positions(model)
        order = sorted(positions, key=lambda pk: (kept.get(pk, positions[pk]), pk in kept, pk))
        _write(model, order, positions)


def _locked_positions(model: type[Ordered]) -> dict[Any, int]:
    """The position of each row by key, in order; rows not yet placed (0) come last. Holds the list's lock."""
    lock(model._meta.label_lower)
    rows = model._base_manager.values_list("pk", "position")
    return dict(sorted(rows, key=lambda row: (row[1] == 0, row[1], row[0])))


def _write(model: type[Ordered], order: Sequence[Any], positions: dict[Any, int]) -> None:
    changed = [
        model(**{model._meta.pk.attname: pk, "position": place})
        for place, pk in enumerate(order, 1)
        if positions[pk] != place
    ]
    model._base_manager.bulk_update(changed, ["position"], batch_size=500)
