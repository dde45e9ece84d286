"""Telling people that something happened, and what they want to be told."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.core.html import snippet
from apps.core.prepared import PreparedQuery
from apps.notifications import registry
from apps.notifications.channels import CHANNELS, IN_PRODUCT, News
from apps.notifications.models import Notification, NotificationQuerySet, NotificationSetting, validate_own_path
from apps.notifications.registry import Audience, Kind, Value

COUNTED = 99  # unread ones are counted no further
VALUES, VALUE_LENGTH, GROUP_LENGTH = 10, 200, 50
READ_DAYS, UNREAD_DAYS, BATCH = 90, 365, 1000


def notify(
    *,
    people: Iterable[User],
    kind: str,
    data: Mapping[str, Value],
    path: str,
    group: str = "",
    except_for: User | None = None,
) -> None:
    """Tell people that something happened, each through the channels that they chose for this kind.

    people: who is inactive, or a customer where the kind is for those who work here, is told nothing. data: at most
    ten strings and numbers that fill the text of the kind; strings become one line of at most 200 characters. path:
    where it leads, beginning with "/". group: as "ticket-12"; what happens again while the last one is unread brings
    that one up to date. except_for: who did it.

    Belongs into the transaction of what happened: two statements for up to a thousand people. Raises LookupError for
    an unknown kind, TypeError or ValueError for other data, ValidationError for a path that is not our own.
    """
    what = registry.KINDS[kind]
    validate_own_path(path)
    if len(group) > GROUP_LENGTH:
        raise ValueError("The name of a group is too long.")
    plain = {name: _plain(value) for name, value in data.items()}
    if len(plain) > VALUES:
        raise ValueError("That is too much data for one line of text.")
    told = {person.pk: person for person in people if person.is_active and what.is_for(person)}
    if except_for is not None:
        told.pop(except_for.pk, None)
    if not told:
        return
    choices = _choices(told, [what])
    for name, channel in CHANNELS.items():
        wanted = tuple(p for pk, p in told.items() if choices.get((pk, kind, name), what.default_on))
        if wanted:
            channel.deliver(News(what, wanted, plain, path, group, timezone.now()))


def _plain(value: Value) -> Value:
    """A value that can be kept and shown: a number, or one line without characters that nobody sees."""
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    if not isinstance(value, str):
        raise TypeError("Only strings and numbers can be told.")
    return snippet(value[: 10 * VALUE_LENGTH], limit=VALUE_LENGTH)


def _choices(people: Collection[int], kinds: Iterable[Kind]) -> dict[tuple[int, str, str], bool]:
    """What these people (by id) chose, by person, kind and channel; absent where a person chose nothing."""
    rows = NotificationSetting.objects.filter(person__in=people, kind__in=[kind.name for kind in kinds])
    return {(row.person_id, row.kind, row.channel): row.is_on for row in rows}


def is_wanted(*, person: User, kind: str, channel: str = IN_PRODUCT) -> bool:
    """Whether a person wants to be told about a kind through a channel. Raises LookupError for an unknown kind."""
    what = registry.KINDS[kind]
    return _choices([person.pk], [what]).get((person.pk, kind, channel), what.default_on)


@dataclass(frozen=True)
class Choice:
    """One box of the settings page."""

    kind: Kind
    channel: str
    is_on: bool

    @property
    def name(self) -> str:
        """What its box is called in the form."""
        return f"{self.kind.name}:{self.channel}"


def settings_of(*, person: User, audience: Audience) -> list[Choice]:
    """What a person has chosen in one face: kind by kind, and in each the channels in their order."""
    kinds = registry.kinds_of_face(audience)
    chosen = _choices([person.pk], kinds)
    return [
        Choice(kind, channel, chosen.get((person.pk, kind.name, channel), kind.default_on))
        for kind in kinds
        for channel in CHANNELS
    ]


def change_settings(*, person: User, audience: Audience, wanted: Collection[str]) -> None:
    """Keep a person's choices in one face. wanted: the names of the boxes that are on; the others are off.

    What stays as it was is not kept, so that it goes on following the default.
    """
    choices = settings_of(person=person, audience=audience)
    changed = [choice for choice in choices if choice.is_on != (choice.name in wanted)]
    NotificationSetting.objects.bulk_create(
        [
            NotificationSetting(person=person, kind=choice.kind.name, channel=choice.channel, is_on=not choice.is_on)
            for choice in changed
        ],
        update_conflicts=True,
        unique_fields=["person", "kind", "channel"],
        update_fields=["is_on"],
    )


def unread_count(*, person: User) -> int:
    """How many unread notifications a person has, counted up to a hundred."""
    kinds = registry.kinds_for(person)
    return len(_unread(tuple(kinds)).rows(person.pk)) if kinds else 0


@cache
def _unread(kinds: tuple[str, ...]) -> PreparedQuery:
    """A hundred unread ones of a person and one more: every page asks how many there are."""
    return PreparedQuery(
        lambda person: Notification.objects.of(person, kinds).unread().order_by().values_list("pk")[: COUNTED + 1], 1
    )


def mark_read(*, person: User, ids: Collection[int] = (), group: str = "") -> int:
    """Mark a person's notifications with these ids, or of this group, as read. Returns how many were unread."""
    chosen = Q(pk__in=ids) | Q(group=group) if group else Q(pk__in=ids)
    return _mark(Notification.objects.unread().filter(chosen, person=person))


def mark_all_read(*, person: User, until: datetime | None = None) -> int:
    """Mark all of a person's notifications as read; with `until` only those that had happened by then.

    Returns how many were unread.
    """
    unread = Notification.objects.unread().filter(person=person)
    if until is not None:
        unread = unread.filter(happened_at__lte=until)
    return _mark(unread)


@transaction.atomic
def _mark(unread: NotificationQuerySet) -> int:
    """What a worker brings up to date right now has news and stays unread: waiting for it could block both."""
    free = unread.select_for_update(skip_locked=True).values("pk")
    return Notification.objects.filter(pk__in=free).update(read_at=timezone.now())


def delete_old_notifications() -> int:
    """Delete what was read and is older than 90 days, and all that is older than a year; returns how many."""
    now, deleted = timezone.now(), 0
    for is_unread, days in ((False, READ_DAYS), (True, UNREAD_DAYS)):
        old = Notification.objects.filter(read_at__isnull=is_unread, happened_at__lt=now - timedelta(days=days))
        while batch := old.filter(pk__in=old.order_by("happened_at").values("pk")[:BATCH]).delete()[0]:
            deleted += batch
    return deleted
