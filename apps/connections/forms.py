"""What people may type about another installation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.brands.models import BrandHost, Installation
from apps.connections.models import SmarterTrackConnection
from apps.core.secret_forms import SecretsForm
from apps.core.secrets import Origin, origin


class ConnectionForm(SecretsForm):
    """A connection: not to this installation itself, and a new address asks for its password."""

    asked_at = ""  # the address under which this very page was asked for

    class Meta:
        model = SmarterTrackConnection
        fields = ["name", "base_url", "admin_username", "admin_password"]

    def clean_base_url(self) -> str:
        address = str(self.cleaned_data["base_url"])
        if is_own_address(address, asked_at=self.asked_at):
            raise ValidationError(_("This is the address of this very installation. Enter that of the other one."))
        return address

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        before = origin(self.initial.get("base_url") or "")
        is_new_address = bool(before) and "base_url" in cleaned and origin(cleaned["base_url"]) != before
        if is_new_address and "admin_password" not in self.typed_secrets():
            self.add_error(
                "admin_password",
                _("The address is a new one: enter the password for it. The stored one stays with the old address."),
            )
        return cleaned


def is_own_address(address: str, *, asked_at: str = "") -> bool:
    """Whether an address leads to this installation: its base address, a brand's host, or where it was asked for."""
    there = origin(address)
    if there is None:
        return False
    own = [origin(Installation.load().base_url), origin(asked_at)]
    if any(_is_same_place(there, here) for here in own if here):
        return True
    ports = {80, 443, *(here[2] for here in own if here)}
    return there[2] in ports and BrandHost.objects.filter(name=there[1]).exists()


def _is_same_place(one: Origin, other: Origin) -> bool:
    """Same host and port; http and https on their usual ports lead to one place."""
    usual = {80, 443}
    return one[1] == other[1] and (one[2] == other[2] or {one[2], other[2]} <= usual)
