"""The bell: notifications inside Deskbridge."""

from itertools import batched
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.notifications.channels import IN_PRODUCT, News
from apps.notifications.models import Notification

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

BATCH = 1000  # people in one statement

# One statement, so that two workers at once neither make two rows of a group nor lose what one of them tells.
_UPSERT = """
INSERT INTO notifications_notification ({columns}) VALUES {rows}
ON CONFLICT (person_id, "group", kind) WHERE ("group" > '' AND read_at IS NULL) DO UPDATE SET
count = notifications_notification.count + 1,
data = excluded.data, path = excluded.path, happened_at = excluded.happened_at
"""
_FIELDS = [field for field in Notification._meta.concrete_fields if not field.primary_key]


class InProduct:
    """Keeps a row for each person; an unread one of the same group is brought up to date instead."""

    kind = IN_PRODUCT
    label: "str | StrPromise" = _("On this site")

    def deliver(self, news: News) -> None:
        told = {name: getattr(news, name) for name in ("path", "group", "happened_at")}
        # In the same order everywhere, so that two workers wait for each other instead of blocking each other.
        people = sorted(person.pk for person in news.people)
        for some in batched(people, BATCH):
            _upsert([Notification(person_id=pk, kind=news.kind.name, data=dict(news.data), **told) for pk in some])


def _upsert(rows: list[Notification]) -> None:
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in _FIELDS)
    places = f"({', '.join(['%s'] * len(_FIELDS))})"
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in _FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(columns=columns, rows=", ".join([places] * len(rows))), values)
