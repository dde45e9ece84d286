"""The outside services this installation uses: one row of settings, and what was used of them."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.connected_services.registry import map_provider_choices, translation_provider_choices
from apps.core.fields import EncryptedTextField
from apps.core.models import Singleton
from apps.core.secrets import KeepsSecrets
from apps.core.urls import validate_web_address


class ConnectedServices(KeepsSecrets, Singleton):
    """The settings of the Connected Services; their names are the fields' standard terms."""

    secrets_for_address = {"whmcs_url": ("whmcs_api_key", "whmcs_password")}

    max_external_feed_articles = models.PositiveSmallIntegerField(
        _("Max External Feed Articles"),
        default=5,
        validators=[MaxValueValidator(50)],
        help_text=_("How many articles the portal shows of each feed, 0 to 50. 0 hides the feeds."),
    )
    map_provider = models.CharField(
        _("Map Provider"),
        max_length=20,
        choices=map_provider_choices,
        default="none",
        help_text=_("Where a customer's place is shown, in Who's On and on a click on an address in a chat."),
    )
    google_maps_api_key = EncryptedTextField(
        _("API Key"),
        blank=True,
        default="",
        help_text=_("Needed for Google. Browsers see this key: limit it to your host names in the Google console."),
    )
    translation_provider = models.CharField(
        _("Translation Provider"), max_length=20, choices=translation_provider_choices, default="none"
    )
    google_translate_api_key = EncryptedTextField(
        _("API Key"), blank=True, default="", help_text=_("The key of a Google project with the Translation API on.")
    )
    azure_subscription_key = EncryptedTextField(
        _("Subscription Key"), blank=True, default="", help_text=_("A key of an Azure Translator resource.")
    )
    azure_region = models.CharField(
        _("region"),
        max_length=50,
        blank=True,
        help_text=_("Empty for a key whose region is “Global”; otherwise its region, for example westeurope."),
    )
    monthly_character_limit = models.PositiveIntegerField(
        _("monthly character limit"),
        null=True,
        blank=True,
        help_text=_("No more than this many characters are translated in a month. Empty: no limit."),
    )
    whmcs_url = models.CharField(
        _("WHMCS URL"),
        max_length=500,
        blank=True,
        validators=[validate_web_address],
        help_text=_("The complete address of the WHMCS control panel. A new address asks for new credentials."),
    )
    whmcs_api_key = EncryptedTextField(
        _("WHMCS API Key"),
        blank=True,
        default="",
        help_text=_("The same as $api_access_key in the file configuration.php of WHMCS."),
    )
    whmcs_username = models.CharField(
        _("WHMCS Username"), max_length=200, blank=True, help_text=_("A WHMCS administrator with API access.")
    )
    whmcs_password = EncryptedTextField(_("WHMCS Password"), blank=True, default="")

    class Meta:
        verbose_name = _("connected services")
        verbose_name_plural = _("connected services")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="connected_services_single_row")]

    def __str__(self) -> str:
        return str(_("Settings"))


class TranslationUsage(models.Model):
    """What was sent to the translation provider in one counting period; the open one has no end.

    A table of its own: workers add to it with F(), and no form save or revert touches it.
    """

    started_at = models.DateTimeField(_("since"), default=timezone.now)
    is_open = models.BooleanField(default=True, editable=False)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    requests = models.PositiveBigIntegerField(_("Requests to Translations API"), default=0)
    characters = models.PositiveBigIntegerField(_("Characters to Translations API"), default=0)
    reset_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, verbose_name=_("reset by"), related_name="+"
    )

    class Meta:
        verbose_name = _("translation usage")
        verbose_name_plural = _("translation usage")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_open"], condition=Q(is_open=True), name="one_open_usage_period")
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}: {self.characters}"
