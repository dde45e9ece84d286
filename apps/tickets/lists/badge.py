"""The number beside Tickets in the sidebar of every page: kept for some seconds, so that not each page counts."""

from django.core.cache import cache
from django.http import HttpRequest

from apps.accounts.models import User
from apps.tickets import queries
from apps.tickets.queries import COUNTED, View

SECONDS = 20


def my_active(request: HttpRequest) -> str | None:
    """How many active tickets the reader of this page has; None for none."""
    user = request.user
    if not isinstance(user, User):
        return None
    count = getattr(user, "_my_active", None)  # just counted for the page itself
    if count is None:
        count = cache.get(_key(user))
    if count is None:
        count = queries.counts(user=user, views=[View.MY_ACTIVE])[View.MY_ACTIVE]
        keep_my_active(user, count)
    return (f"{COUNTED}+" if count > COUNTED else str(count)) if count else None


def keep_my_active(user: User, count: int) -> None:
    """Remember the number where it was just counted."""
    user._my_active = count  # type: ignore[attr-defined]
    cache.set(_key(user), count, SECONDS)


def forget_my_active(user: User) -> None:
    """Count again at the next page: this person has just changed it."""
    cache.delete(_key(user))


def _key(user: User) -> str:
    return f"tickets.my_active.{user.pk}"
