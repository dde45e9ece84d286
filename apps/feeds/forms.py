"""What people may type about an external feed, and what is behind the address they type."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.core.urls import validate_web_address
from apps.feeds.fetching.wire import FoundFeed
from apps.feeds.models import ExternalFeed
from apps.feeds.services import preview_feed

# What the server itself says is wrong with the document: trying again later changes nothing.
NO_FEED = frozenset({"not_a_feed", "empty", "unsafe_xml", "too_complex", "unreadable", "too_large", "gone"})
NEVER_ALLOWED = frozenset({"blocked_address", "bad_scheme", "bad_url"})


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """What was found at an address: `kind` is empty for a feed; `found` are the feeds that a web page names."""

    url: str
    kind: str = ""
    message: Promise | str = ""
    found: list[FoundFeed] = field(default_factory=list)


def look_up(url: str) -> Lookup:
    """Ask what is at an address. Takes up to eight seconds, so never call it inside a transaction."""
    preview = preview_feed(url=url, max_articles=1)
    return Lookup(url=url, kind=preview.kind, message=preview.message, found=preview.found)


class AsideField(forms.CharField):
    """Helps to fill in another field and is no change of its own."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class ExternalFeedForm(forms.ModelForm):
    """A feed. Its page looks up a new address first and hands the `lookup` over; without one nothing is checked.

    Where a web page names several feeds, `found` holds them: the page offers them as `chosen_feed`, together with
    `chosen_for`, the address that they were found at.
    """

    lookup: Lookup | None = None
    chosen_feed = AsideField(required=False, validators=[validate_web_address])
    chosen_for = AsideField(required=False)

    class Meta:
        model = ExternalFeed
        fields = ["name", "url", "brands", "show_description", "show_image", "new_window", "is_active"]
        widgets = {"brands": UnfoldAdminCheckboxSelectMultipleWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands: Any = self.fields["brands"].widget
        brands.can_add_related = False  # a button to add a brand belongs on the brands' page
        self.notices: list[str] = []
        self.found: list[FoundFeed] = []

    @property
    def wanted_address(self) -> str:
        """The address to look up: the feed chosen from a page, else what was typed. Empty for the stored one."""
        chosen = self.cleaned_data.get("chosen_feed", "")
        typed = str(self.cleaned_data.get("url", ""))
        if chosen and self.cleaned_data.get("chosen_for") == typed:
            return str(chosen)
        return "" if typed == self.initial.get("url") else typed

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if self.lookup is None or "url" not in cleaned or self.lookup.url != self.wanted_address:
            return cleaned
        if len(self.lookup.found) > 1:
            self.found = self.lookup.found
            raise ValidationError({"url": _("This web page names several feeds: choose one of them and save again.")})
        cleaned["url"] = self._settled(self.lookup)
        return cleaned

    def _settled(self, lookup: Lookup) -> str:
        """The address to store. Raises ValidationError where there is no feed."""
        if lookup.found:
            only = lookup.found[0]
            self.notices.append(
                _("This is a web page. Its feed “%(title)s” was taken: %(url)s")
                % {"title": only.title or only.url, "url": only.url}
            )
            return only.url
        if lookup.kind in NEVER_ALLOWED:
            raise ValidationError({"url": [lookup.message, _("Nothing was saved.")]})
        if lookup.kind in NO_FEED:
            if lookup.kind == "not_a_feed":
                advice = _("It names no feed either. Nothing was saved: look for the feed's own address on that site.")
            else:
                advice = _("Nothing was saved.")
            raise ValidationError({"url": [lookup.message, advice]})
        if lookup.kind:
            self.notices.append(
                _("The feed is saved, but its address could not be checked: %(reason)s The first fetch will say more.")
                % {"reason": lookup.message}
            )
        return lookup.url
