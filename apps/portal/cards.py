"""The buttons of the portal home. A part of the desk that has pages of its own adds its cards to `CARDS`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from apps.brands.models import CustomLink


@dataclass(frozen=True)
class Card:
    """One button: `icon` is a name in static/portal/icons.svg."""

    title: str
    url: str
    icon: str
    description: str = ""
    new_window: bool = False


def custom_links(request: HttpRequest) -> Iterable[Card]:
    """The brand's custom links for this person, in their order."""
    links = CustomLink.objects.for_brand(request.brand).visible_to(request.user)  # type: ignore[attr-defined]
    return (Card(link.title, link.url, link.icon, link.description, link.new_window) for link in links)


CARDS: list[Callable[[HttpRequest], Iterable[Card]]] = [custom_links]


def cards_for(request: HttpRequest) -> list[Card]:
    """Every button that this person has, in order."""
    return [card for cards in CARDS for card in cards(request)]
