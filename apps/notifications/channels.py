"""The ways to people. A new one is a module with a `Channel`, and one line in the `ready()` of its app."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from apps.accounts.models import User
from apps.notifications.registry import Kind, Value

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

IN_PRODUCT = "in_product"


@dataclass(frozen=True)
class News:
    """What is to be told, and to whom: people who are active, may know it and want it through this channel.

    data: plain values for the text of the kind. path: where it leads, on this installation. group: what belongs
    together, as "ticket-12"; empty where nothing does.
    """

    kind: Kind
    people: tuple[User, ...]
    data: Mapping[str, Value]
    path: str
    group: str
    happened_at: datetime


class Channel(Protocol):
    """One way to people. kind: lower-case words, kept in the settings of people. label: the head of its column."""

    kind: str
    label: "str | StrPromise"

    def deliver(self, news: News) -> None:
        """Tell the people. Runs inside the transaction of what happened: what goes out must wait for its commit."""


CHANNELS: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Make a channel known; the same `kind` again replaces it."""
    CHANNELS[channel.kind] = channel
