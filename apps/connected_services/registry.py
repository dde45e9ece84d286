"""The vendors there are. A new one is a module, a line here and its tests; no migration."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

TRANSLATION_PROVIDERS: dict[str, "str | StrPromise"] = {
    "none": _("None"),
    "google": "Google",
    "azure": "Azure",
}
MAP_PROVIDERS: dict[str, "str | StrPromise"] = {
    "none": _("None"),
    "google": "Google",
}


def translation_provider_choices() -> list[tuple[str, "str | StrPromise"]]:
    """`choices=` of the translation provider."""
    return list(TRANSLATION_PROVIDERS.items())


def map_provider_choices() -> list[tuple[str, "str | StrPromise"]]:
    """`choices=` of the map provider."""
    return list(MAP_PROVIDERS.items())
