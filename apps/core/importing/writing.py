"""Writing a plan, in one transaction of few statements; then versions and log entries, a batch at a time."""

from collections.abc import Sequence
from typing import Any

import reversion
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.importing.fields import BATCH, batches
from apps.core.importing.plans import Entry, Plan
from apps.core.importing.tables import FileRefused
from apps.core.locks import lock
from apps.core.models import Ordered


def write(plan: Plan) -> None:
    """Write everything that a plan without errors holds; needs a transaction around it.

    Raises FileRefused where the list was changed meanwhile, so that the plan is no longer true.
    """
    lock(plan.resource.model._meta.label_lower)
    _refuse_stale(plan)
    plan.resource.before_write(plan)
    _write_rows(plan)
    for name, column in plan.resource.name_lists.items():
        values = [(e.instance, e.after[name]) for e in plan.entries if e.after[name] != e.before[name]]
        if values:
            column.write(values)
    if issubclass(plan.resource.model, Ordered):
        _arrange(plan.resource.model, plan)
    plan.resource.after_write(plan)


def _refuse_stale(plan: Plan) -> None:
    model = plan.resource.model
    key = [model._meta.get_field(name).attname for name in plan.resource.key]  # type: ignore[union-attr]
    there = sum(
        model._default_manager.filter(pk__in=[entry.instance.pk for entry in batch]).count()
        for batch in batches(plan.changed)
    )
    taken = set(model._default_manager.order_by().values_list(*key)) if plan.created else set()
    new = {tuple(getattr(entry.instance, name) for name in key) for entry in plan.created}
    if there != len(plan.changed) or new & taken:
        raise FileRefused(_("The list was changed meanwhile, so nothing was imported. Upload the file again."))


def _write_rows(plan: Plan) -> None:
    manager = plan.resource.model._default_manager
    created = [entry.instance for entry in plan.created]
    if created and isinstance(created[0], Ordered):
        last = manager.aggregate(last=models.Max("position"))["last"] or 0
        for position, instance in enumerate(created, last + 1):
            instance.position = position
    manager.bulk_create(created, batch_size=BATCH)
    columns = _written_columns(plan.changed, plan)
    if columns:
        manager.bulk_update(_touched(plan.changed), columns, batch_size=200)


def _written_columns(entries: Sequence[Entry], plan: Plan) -> list[str]:
    """The table columns that some row changes, and the time of the change with them."""
    changes = set().union(*(entry.changes for entry in entries)) - {"position", *plan.resource.name_lists}
    return [*sorted(changes), *_times(plan.resource.model)] if changes else []


def _times(model: type[models.Model]) -> list[str]:
    return [f.name for f in model._meta.fields if getattr(f, "auto_now", False)]


def _touched(entries: Sequence[Entry]) -> list[Any]:
    now = timezone.now()
    for entry in entries:
        for name in _times(type(entry.instance)):
            setattr(entry.instance, name, now)
    return [entry.instance for entry in entries]


def _arrange(model: type[Ordered], plan: Plan) -> None:
    """Number the list 1, 2, 3, …: rows go where the file puts them, the others keep their order, new ones last."""
    order = list(model._default_manager.order_by("position", "pk").values_list("pk", flat=True))
    placed = sorted(plan.positions, key=lambda wanted: wanted[0])
    moving = {instance.pk for _place, instance in placed}
    order = [pk for pk in order if pk not in moving]
    index = 0
    for place, instance in placed:
        index = max(place - 1, index)
        order.insert(index, instance.pk)
        index += 1
    rows = model._default_manager.order_by().values_list("pk", "position")
    now = dict(rows.iterator())
    make: Any = model
    moved = [make(pk=pk, position=place) for place, pk in enumerate(order, 1) if now[pk] != place]
    model._default_manager.bulk_update(moved, ["position"], batch_size=BATCH)


def record(*, model: type[models.Model], ids: Sequence[Any], flag: int, user: Any, file_name: str) -> None:
    """Keep a version and a log entry of a batch of rows that an import wrote.

    flag: ADDITION or CHANGE. Each row has a revision of its own, with the person and the name of the file, because
    reverting or recovering brings back all that a revision holds.
    """
    comment = _("Imported from %(file)s") % {"file": file_name}
    rows = list(model._default_manager.filter(pk__in=ids).prefetch_related(*_many_to_many(model)))
    with transaction.atomic():
        for row in rows if reversion.is_registered(model) else []:
            with reversion.create_revision():
                reversion.set_user(user)
                reversion.set_comment(comment)
                reversion.add_to_revision(row)
        LogEntry.objects.log_actions(user.pk, rows, flag, comment)


def _many_to_many(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.many_to_many]
