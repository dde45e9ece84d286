"""Tokens by which programs act for a person through the API."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser


class Scope(models.TextChoices):
    """What a token may be used for; never more than its owner may do."""

    TICKETS_READ = "tickets:read", _("Read tickets, messages and attachments")
    TICKETS_WRITE = "tickets:write", _("Open, answer and change tickets, and upload files")
    DEPARTMENTS_READ = "departments:read", _("Read departments and their fields")


def validate_scopes(value: object) -> None:
    """Raises ValidationError for anything but a list of one or more different scopes."""
    if not isinstance(value, list) or not value:
        raise ValidationError(_("Choose at least one."))
    if len(set(value)) != len(value) or not set(value) <= set(Scope.values):
        raise ValidationError(_("There is no such scope."))


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: "AbstractUser | AnonymousUser") -> "ApiTokenQuerySet":
        """A person's own tokens; everybody's for those who may look at them."""
        return self if user.has_perm("accounts.view_apitoken") else self.filter(owner_id=user.pk)

    def usable(self) -> "ApiTokenQuerySet":
        """Neither revoked nor expired, and their owners active."""
        in_time = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(in_time, revoked_at=None, owner__is_active=True)

    def not_revoked(self) -> "ApiTokenQuerySet":
        """Those that nobody has revoked; they may have expired."""
        return self.filter(revoked_at=None)


class ApiToken(models.Model):
    """A secret that a program sends in place of a person's password. Only the secret's hash is kept."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("may"), default=list, validators=[validate_scopes])
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=Q(revoked_at=None), name="api_token_name_once_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} (desk_{self.prefix}_…)"

    @property
    def state(self) -> "ApiToken.State":
        """Whether it still opens anything; the owner's own state apart."""
        if self.revoked_at is not None:
            return self.State.REVOKED
        if self.expires_at is not None and self.expires_at <= timezone.now():
            return self.State.EXPIRED
        return self.State.ACTIVE

    @property
    def scope_labels(self) -> list[str]:
        """The scopes in words."""
        return [str(Scope(scope).label) for scope in self.scopes if scope in Scope.values]
