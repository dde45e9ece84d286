"""Answers that were given to requests with a key, kept so that a repeated request gets the same one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyRecord(models.Model):
    """One request of a person that was carried out, and what it was answered.

    It is written in the transaction of what the request did, so there is neither one without the other.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    key = models.CharField(_("key"), max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    body = models.TextField()
    created_at = models.DateTimeField(_("made"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("idempotency record")
        verbose_name_plural = _("idempotency records")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="idempotency_key_once_a_person")]

    def __str__(self) -> str:
        return self.key
