"""What people may type into the settings of the Connected Services."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from reversion.models import Version

from apps.connected_services.models import ConnectedServices
from apps.core.locks import lock
from apps.core.secret_forms import SecretsForm


class StampField(forms.CharField):
    """Travels with the form and is no change of its own."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class TrialForm(SecretsForm):
    """The settings as they stand on the page, to be tested and thrown away."""


class SettingsForm(TrialForm):
    """The settings to be saved: refused where somebody else saved them since the page was opened."""

    stamp = StampField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["stamp"] = stamp_of(self.instance)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        lock("connected_services.settings")
        seen = (cleaned or {}).get("stamp")
        if seen and not constant_time_compare(seen, stamp_of(ConnectedServices.load())):
            raise ValidationError(_changed_meanwhile())
        return cleaned


def stamp_of(row: ConnectedServices) -> str:
    """A fingerprint of everything stored in the row, which gives away nothing of it."""
    values = [str(field.value_from_object(row)) for field in row._meta.concrete_fields]
    return salted_hmac("connected-services-stamp", "\x1f".join(values), algorithm="sha256").hexdigest()


def _changed_meanwhile() -> str:
    advice = _("Nothing was saved. Reload the page to see the present settings, then make your changes again.")
    last = Version.objects.get_for_model(ConnectedServices).select_related("revision__user").order_by("-pk").first()
    if last is None or last.revision.user is None:
        return " ".join([_("The settings were changed meanwhile."), advice])
    moment = localize(localtime(last.revision.date_created))
    changed = _("%(person)s changed the settings at %(moment)s.") % {"person": last.revision.user, "moment": moment}
    return " ".join([changed, advice])
