"""Whether the settings of each outside service are complete, in words for the person who fills them in."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from apps.connected_services.models import ConnectedServices
from apps.core.fields import UndecryptableSecret


class Status(StrEnum):
    """How a part of the settings stands."""

    OFF = "off"
    INCOMPLETE = "incomplete"
    UNCHECKED = "unchecked"
    WORKS = "works"
    FAILS = "fails"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the settings: its name, how it stands and a sentence on what was checked."""

    name: str
    status: Status
    sentence: str


def translation_part(settings: ConnectedServices) -> Part:
    """Translation of live chats."""
    name, provider = _("Translation"), settings.translation_provider
    if provider == "none":
        return Part(name=name, status=Status.OFF, sentence=_("None is chosen: chats are not translated."))
    key = settings.google_translate_api_key if provider == "google" else settings.azure_subscription_key
    if missing := _missing_translation_key(provider, key):
        return Part(name=name, status=Status.INCOMPLETE, sentence=missing)
    return Part(name=name, status=Status.UNCHECKED, sentence=_unasked(settings.get_translation_provider_display()))


def map_part(settings: ConnectedServices) -> Part:
    """The map of visitors' places."""
    name = _("Map")
    if settings.map_provider == "none":
        return Part(name=name, status=Status.OFF, sentence=_("None is chosen: no map is shown."))
    if isinstance(settings.google_maps_api_key, UndecryptableSecret):
        return Part(name=name, status=Status.INCOMPLETE, sentence=_undecryptable(_("API key")))
    if not settings.google_maps_api_key:
        return Part(name=name, status=Status.INCOMPLETE, sentence=_("Google is chosen but there is no API key."))
    return Part(name=name, status=Status.UNCHECKED, sentence=_unasked(settings.get_map_provider_display()))


def whmcs_part(settings: ConnectedServices) -> Part:
    """WHMCS, the billing system."""
    fields = ("whmcs_url", "whmcs_api_key", "whmcs_username", "whmcs_password")
    values = {str(settings._meta.get_field(field).verbose_name): getattr(settings, field) for field in fields}  # type: ignore[union-attr]
    if lost := [label for label, value in values.items() if isinstance(value, UndecryptableSecret)]:
        return Part(name="WHMCS", status=Status.INCOMPLETE, sentence=_undecryptable(", ".join(lost)))
    if not any(values.values()):
        return Part(name="WHMCS", status=Status.OFF, sentence=_("Not set up: nothing is filled in."))
    if missing := [label for label, value in values.items() if not value]:
        return Part(name="WHMCS", status=Status.INCOMPLETE, sentence=_("Still empty: %s.") % ", ".join(missing))
    return Part(name="WHMCS", status=Status.UNCHECKED, sentence=_whmcs_sentence(settings.whmcs_url))


def incomplete_parts(settings: ConnectedServices) -> list[Part]:
    """The parts that were begun but cannot work as they are."""
    parts = (translation_part(settings), map_part(settings), whmcs_part(settings))
    return [part for part in parts if part.status == Status.INCOMPLETE]


def _missing_translation_key(provider: str, key: str) -> str:
    label = _("API key") if provider == "google" else _("subscription key")
    if isinstance(key, UndecryptableSecret):
        return _undecryptable(label)
    if key:
        return ""
    if provider == "google":
        return _("Google is chosen but there is no API key.")
    return _("Azure is chosen but there is no subscription key.")


def _undecryptable(label: str) -> str:
    return _("A stored value cannot be decrypted, enter it again: %(label)s.") % {"label": label}


def _unasked(provider: str) -> str:
    return _("Everything is filled in. This version cannot ask %(provider)s yet: the key was not checked.") % {
        "provider": provider
    }


def _whmcs_sentence(url: str) -> str:
    filled = _("Everything is filled in. This version cannot ask WHMCS yet: the credentials were not checked.")
    if url.lower().startswith("https://"):
        return filled
    return " ".join([filled, _("The address is not encrypted (http://): others could read the password on its way.")])
