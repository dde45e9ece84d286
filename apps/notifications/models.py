"""What people were told, and what they want to be told."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.notifications import registry

PATH_LENGTH = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def validate_own_path(value: str) -> None:
    """Accept a path on this installation, as "/tickets/7/". Raises ValidationError for everything else."""
    is_plain = value.startswith("/") and value.isprintable() and " " not in value and len(value) <= PATH_LENGTH
    if not (is_plain and url_has_allowed_host_and_scheme(value, allowed_hosts=None)):
        raise ValidationError(_("Write a path of this installation that begins with one slash."))


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User | AnonymousUser) -> "NotificationQuerySet":
        """A person's own ones; those for who works here only while the person does, and none of a kind that is gone."""
        if isinstance(user, AnonymousUser):
            return self.none()
        return self.of(user.pk, registry.kinds_for(user))

    def of(self, person: int, kinds: Collection[str]) -> "NotificationQuerySet":
        """Those of a person, by id, that are of these kinds."""
        return self.filter(person=person, kind__in=kinds)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)

    def newest_first(self) -> "NotificationQuerySet":
        return self.order_by("-happened_at", "-pk")

    def older_than(self, position: str) -> "NotificationQuerySet":
        """Those that follow the one with this `position` in the list; all where it is no position."""
        moment, _dash, pk = position.partition("-")
        if not (moment.isascii() and moment.isdigit() and pk.isascii() and pk.isdigit() and len(position) < 36):
            return self
        try:
            happened_at = _EPOCH + int(moment) * _MICROSECOND
        except OverflowError:
            return self
        # Not `… OR …`: the range comes first, so that the index of the list answers it.
        return self.filter(happened_at__lte=happened_at).exclude(happened_at=happened_at, pk__gte=int(pk))


class Notification(models.Model):
    """Something that happened, told to one person. Made by `services.notify` only.

    group: unread ones of one person, kind and group are one row; `count` says how often it happened, `data`, `path`
    and `happened_at` tell of the last time.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=50)
    data = models.JSONField(default=dict)
    path = models.CharField(max_length=PATH_LENGTH, validators=[validate_own_path])
    group = models.CharField(max_length=50, blank=True)
    count = models.PositiveIntegerField(default=1)
    happened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "group", "kind"],
                condition=Q(group__gt="", read_at__isnull=True),
                name="notification_once_while_unread",
            ),
            models.CheckConstraint(
                condition=Q(path__startswith="/") & ~Q(path__startswith="//"), name="notification_path_is_our_own"
            ),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notification_unread"),
            models.Index(fields=["person", "-happened_at", "-id"], name="notification_list"),
            models.Index(fields=["happened_at"], condition=Q(read_at__isnull=True), name="notification_old_unread"),
            models.Index(fields=["happened_at"], condition=Q(read_at__isnull=False), name="notification_old_read"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """What it says, in the active language; empty for a kind that is gone."""
        kind = registry.KINDS.get(self.kind)
        return kind.say(self.data) if kind else ""

    @property
    def position(self) -> str:
        """Its place in the list, for `older_than`."""
        return f"{(self.happened_at - _EPOCH) // _MICROSECOND}-{self.pk}"


class NotificationSetting(models.Model):
    """A person's choice: to be told about a kind through a channel, or not. Without a row the kind's default holds."""

    person = models.ForeignKey(User, models.CASCADE, related_name="notification_settings", db_index=False)
    kind = models.CharField(max_length=50)
    channel = models.CharField(max_length=20)
    is_on = models.BooleanField()

    class Meta:
        verbose_name = _("notification setting")
        verbose_name_plural = _("notification settings")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "channel"], name="notification_setting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.channel})"
