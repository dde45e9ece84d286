"""Moving rows of an `Ordered` list, gapless with many people at once."""

from collections.abc import Sequence

from django.db import transaction

from apps.core.locks import lock
from apps.core.models import Ordered


@transaction.atomic
def move_row(*, row: Ordered, before: Ordered | None = None, after: Ordered | None = None) -> None:
    """Put a row right before or right after another one; all positions are then 1, 2, 3, …

    Raises ValueError unless exactly one of `before` and `after` is given.
    Rows that vanished meanwhile leave the order as it is.
    """
    if (before is None) == (after is None):
        raise ValueError("name one neighbour")
    model = type(row)
    lock(model._meta.label_lower)
    order = list(model._default_manager.order_by("position", "pk").values_list("pk", flat=True))
    neighbour = (before or after).pk  # type: ignore[union-attr]
    if row.pk == neighbour or row.pk not in order or neighbour not in order:
        return
    order.remove(row.pk)
    order.insert(order.index(neighbour) + (after is not None), row.pk)
    _write(model, order)


@transaction.atomic
def close_gaps(model: type[Ordered]) -> None:
    """Number all rows of a list 1, 2, 3, … in their present order (after a delete, an import or a revert)."""
    lock(model._meta.label_lower)
    _write(model, list(model._default_manager.order_by("position", "pk").values_list("pk", flat=True)))


def _write(model: type[Ordered], order: Sequence[int]) -> None:
    rows = model._default_manager.in_bulk(order)
    changed = []
    for position, pk in enumerate(order, 1):
        if rows[pk].position != position:
            rows[pk].position = position
            changed.append(rows[pk])
    model._default_manager.bulk_update(changed, ["position"], batch_size=500)
