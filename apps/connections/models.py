"""Other installations that tickets can move to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.fields import EncryptedTextField
from apps.core.secrets import KeepsSecrets
from apps.core.urls import validate_web_address


class SmarterTrackConnection(KeepsSecrets, models.Model):
    """Another, separate installation of the same version."""

    secrets_for_address = {"base_url": ("admin_password",)}

    name = models.CharField(
        _("Connection Name"), max_length=100, unique=True, help_text=_("What agents see when they choose where to.")
    )
    base_url = models.CharField(
        _("SmarterTrack Base URL"),
        max_length=500,
        unique=True,
        validators=[validate_web_address],
        help_text=_("The address of the other installation's portal, for example https://help.example.org."),
        error_messages={"unique": _("There is a connection to this address already.")},
    )
    admin_username = models.CharField(
        _("Admin Username"), max_length=150, help_text=_("A system administrator of the other installation.")
    )
    admin_password = EncryptedTextField(_("Admin Password"), default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("SmarterTrack connection")
        verbose_name_plural = _("SmarterTrack connections")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.base_url = tidy_address(self.base_url)
        super().clean()

    @property
    def is_encrypted(self) -> bool:
        """Whether what is sent there cannot be read on its way."""
        return self.base_url.lower().startswith("https://")


def tidy_address(url: str) -> str:
    """One spelling for one place: scheme and host in small letters, no usual port, no slash at the end."""
    scheme, separator, rest = url.strip().partition("://")
    host, slash, path = rest.partition("/")
    usual = {"http": ":80", "https": ":443"}.get(scheme.lower(), "")
    return (scheme.lower() + separator + host.lower().removesuffix(usual) + slash + path).rstrip("/")
