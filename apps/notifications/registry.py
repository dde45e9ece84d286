"""What people can be told about. Each app registers its own kinds when it is ready; no migration."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from apps.accounts.models import User

type Value = str | int | float


class Audience(StrEnum):
    """Whom a kind is for: who works here, customers (and colleagues who ask as customers), or everybody."""

    STAFF = "staff"
    CUSTOMER = "customer"
    BOTH = "both"


class _Values(dict[str, Value]):
    """What fills a text; what a row of an earlier version lacks becomes a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


@dataclass(frozen=True)
class Kind:
    """One thing to be told about.

    name: lower-case words, as "ticket_replied". label: a sentence for the settings, as "A customer answers my
    ticket". text: what the notification says, with named placeholders for its data, as "%(person)s answered"; it is
    put into words when it is shown, in the reader's language. default_on: for those who have chosen nothing.
    """

    name: str
    label: "str | StrPromise"
    text: "str | StrPromise"
    audience: Audience
    default_on: bool = True

    def say(self, data: Mapping[str, Value]) -> str:
        """The text with its data, in the active language; the label where a translation does not fit the data."""
        try:
            return str(self.text) % _Values(data)
        except (TypeError, ValueError):
            return str(self.label)

    def is_for(self, person: "User") -> bool:
        """Whether this person may be told: what is for those who work here is for nobody else."""
        return person.is_staff or self.audience is not Audience.STAFF


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known. Raises ValueError where another one has its name."""
    if KINDS.setdefault(kind.name, kind) != kind:
        raise ValueError(f"There is another kind of notification called {kind.name!r}.")


def kinds_for(person: "User") -> list[str]:
    """The names of the kinds that this person may be told about."""
    return [kind.name for kind in KINDS.values() if kind.is_for(person)]


def kinds_of_face(audience: Audience) -> list[Kind]:
    """The kinds whose settings one face shows, in the order in which they were registered."""
    return [kind for kind in KINDS.values() if kind.audience in (audience, Audience.BOTH)]
