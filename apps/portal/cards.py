"""The buttons of the portal home. A part of the desk that has pages of its own adds its cards to `CARDS`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.brands.models import Brand, CustomLink, audiences_of
from apps.core.prepared import PreparedQuery


@dataclass(frozen=True)
class Card:
    """One button: `icon` is a name in static/portal/icons.svg."""

    title: str
    url: str
    icon: str
    description: str = ""
    new_window: bool = False


@cache
def _links_for(audiences: tuple[str, ...]) -> PreparedQuery:
    def links(brand_id: int) -> QuerySet[CustomLink, Any]:
        shown = CustomLink.objects.for_brand(Brand(pk=brand_id)).for_audiences(audiences)
        return shown.values_list("title", "url", "icon", "description", "new_window")

    return PreparedQuery(links, 1)


def custom_links(request: HttpRequest) -> Iterable[Card]:
    """The brand's custom links for this person, in their order."""
    links = _links_for(audiences_of(request.user))
    return (Card(*row) for row in links.rows(request.brand.pk))  # type: ignore[attr-defined]


def ticket_cards(request: HttpRequest) -> Iterable[Card]:
    """Asking us, and what came of it."""
    yield Card(_("Submit a ticket"), reverse("portal:new_ticket"), "ticket", _("Ask a question or report a problem."))
    yield Card(_("My tickets"), reverse("portal:tickets"), "tickets", _("See our answers, and answer us."))


CARDS: list[Callable[[HttpRequest], Iterable[Card]]] = [ticket_cards, custom_links]


def cards_for(request: HttpRequest) -> list[Card]:
    """Every button that this person has, in order."""
    return [card for cards in CARDS for card in cards(request)]
