"""What is said in a ticket, and the files that come with it."""

import uuid
from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.tickets.models.ticket import Ticket


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to_customer(self) -> "MessageQuerySet":
        """What the customer's side sees: no notes, and no replies that can still be undone."""
        return self.exclude(direction=Message.Direction.NOTE).filter(visible_at__lte=timezone.now())


class Message(models.Model):
    """A customer's message, an agent's reply, or a note among agents."""

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("To the customer")
        NOTE = "note", _("Note")

    class Kind(models.TextChoices):
        GENERAL = "general", _("General")
        RESOLUTION = "resolution", _("Resolution")
        TRANSFER = "transfer", pgettext_lazy("note", "Transfer")
        FOLLOW_UP = "follow_up", _("Follow-up")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="messages", db_index=False)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.GENERAL)
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author"), db_index=False
    )
    author_name = models.CharField(_("author's name"), max_length=100, blank=True)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    cc = models.JSONField(_("copies to"), default=list, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    visible_at = models.DateTimeField(_("visible to the customer from"), default=timezone.now)
    is_announced = models.BooleanField(default=True, editable=False)
    # What the ticket was like before this reply, for as long as the reply can be undone.
    undo = models.JSONField(default=dict, editable=False)
    client_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        default_permissions = ()
        indexes = [
            models.Index(fields=["ticket", "id"], name="message_ticket"),
            models.Index(fields=["author"], condition=Q(author__isnull=False), name="message_author"),
            models.Index(fields=["visible_at"], condition=Q(is_announced=False), name="message_held"),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}: {self.author_name}"

    @property
    def is_held(self) -> bool:
        """Whether this is a reply that can still be undone."""
        return self.direction == self.Direction.OUT and self.visible_at > timezone.now()


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Where a file is kept: a random name in two levels of folders, nothing of the sender's."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name[2:4]}/{name}"


def private_storage() -> Storage:
    """The folder that nothing serves by itself."""
    return storages["attachments"]


class Attachment(models.Model):
    """A file of a message; one that is only uploaded belongs to whoever uploaded it."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="attachments")
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="attachments")
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    upload_key = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveBigIntegerField(_("size"))
    content_type = models.CharField(_("type"), max_length=100)
    sha256 = models.CharField(_("checksum"), max_length=64)
    file: Any = models.FileField(_("file"), upload_to=attachment_path, storage=private_storage, max_length=120)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(message__isnull=True), name="attachment_pending"),
        ]

    def __str__(self) -> str:
        return self.name
