"""An uploaded file on its way into the database."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

KEPT_UNFINISHED = timedelta(hours=24)


def _a_day_from_now() -> datetime:
    return timezone.now() + KEPT_UNFINISHED


class BulkImportQuerySet(models.QuerySet["BulkImport"]):
    def visible_to(self, user: "AbstractBaseUser | AnonymousUser") -> "BulkImportQuerySet":
        """A person's own imports; all of them for administrators."""
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(owner_id=user.pk) if user.pk else self.none()

    def unclaimed(self) -> "BulkImportQuerySet":
        """Imports that no process works on now."""
        return self.filter(models.Q(claimed_until=None) | models.Q(claimed_until__lte=timezone.now()))


class BulkImport(models.Model):
    """One import, from the upload to its end. The file is kept encrypted, and only as long as it is needed."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Checking")
        WAITING = "waiting", _("Waiting for your confirmation")
        IMPORTING = "importing", _("Importing")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    subject = models.CharField(
        _("what"), max_length=100, help_text="The model's label, for example feeds.externalfeed."
    )
    format = models.CharField(_("format"), max_length=10)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(blank=True, default=b"")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.CHECKING, db_index=True)
    reason = models.TextField(_("reason"), blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    error_count = models.PositiveIntegerField(_("errors"), default=0)
    notes = models.JSONField(default=list, blank=True)
    errors = models.JSONField(default=list, blank=True)
    preview = models.JSONField(default=dict, blank=True)
    # What was written and has no version yet: batches of a LogEntry flag and the keys of rows.
    unrecorded = models.JSONField(default=list, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    expires_at = models.DateTimeField(default=_a_day_from_now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = BulkImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_running(self) -> bool:
        """Whether a job works on it, or soon will."""
        return self.state in {self.State.CHECKING, self.State.IMPORTING}

    @property
    def may_be_cancelled(self) -> bool:
        """Whether stopping it can still keep everything as it is."""
        return self.state in {self.State.CHECKING, self.State.WAITING}

    @property
    def subject_model(self) -> type[models.Model] | None:
        """The model whose rows the file holds."""
        try:
            return apps.get_model(self.subject)
        except (LookupError, ValueError):
            return None
