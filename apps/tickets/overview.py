"""What of the tickets needs a person now: the first page of the management interface."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.tickets import queries
from apps.tickets.lists.asking import list_address
from apps.tickets.lists.views import LISTS
from apps.tickets.models import Ticket
from apps.tickets.queries import COUNTED, View
from apps.tickets.reports.charts import Chart, backlog_chart, flow_chart
from apps.tickets.reports.figures import Day, days, idle_longest
from apps.tickets.reports.scopes import Period, Scope, sees_everybody

IDLE_SHOWN = 5
CHART_DAYS = 14
CHART_SECONDS = 60
CHART_HEIGHT = 150


@dataclass(frozen=True)
class Card:
    """A number that leads to its list. needs_you: whether something has to be done now."""

    title: str
    icon: str
    number: str
    note: str
    address: str
    needs_you: bool


@dataclass(frozen=True)
class Overview:
    """The cards, the tickets that wait longest, and the charts of those who may view reports."""

    cards: list[Card]
    idle: list[Ticket]
    charts: list[Chart]


def overview(user: User) -> Overview | None:
    """What this person should look at; None for who works on no tickets."""
    departments = queries.departments_of(user) if user.has_perm("tickets.view_ticket") else []
    if not departments:
        return None
    scope = Scope(user, tuple(departments))
    charts = _charts(scope) if sees_everybody(user) else []
    return Overview(_cards(user), idle_longest(scope=scope, limit=IDLE_SHOWN), charts)


def _cards(user: User) -> list[Card]:
    views = (View.MY_ACTIVE, View.MY_WAITING, View.FOLLOW_UPS, View.UNASSIGNED)
    counts = queries.counts(user=user, views=views)
    due = _due(user)
    planned = ngettext("%(count)s planned in all", "%(count)s planned in all", counts[View.FOLLOW_UPS])
    planned = planned % {"count": _capped(counts[View.FOLLOW_UPS])}
    return [
        _card(View.MY_ACTIVE, counts[View.MY_ACTIVE], _("your turn")),
        _card(View.FOLLOW_UPS, due, planned, title=_("Follow-ups due")),
        _card(View.UNASSIGNED, counts[View.UNASSIGNED], _("without an agent")),
        _card(View.MY_WAITING, counts[View.MY_WAITING], _("the customer's turn")),
    ]


def _card(view: str, count: int, note: str, *, title: str = "") -> Card:
    shown, address = LISTS[view], list_address(view=view)
    needs_you = bool(count) and view != View.MY_WAITING
    return Card(title or str(shown.title), shown.icon, _capped(count), note, address, needs_you)


def _due(user: User) -> int:
    due = Ticket.objects.visible_to(user).unmerged().filter(follow_up_at__lte=timezone.now())
    return due.filter(Q(agent=user) | Q(agent__isnull=True))[: COUNTED + 1].count()


def _capped(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)


def _charts(scope: Scope) -> list[Chart]:
    found = _kept_days(scope)
    return [flow_chart(found, height=CHART_HEIGHT), backlog_chart(found, height=CHART_HEIGHT)]


def _kept_days(scope: Scope) -> list[Day]:
    """The last days, counted once a minute for all who look at the same departments from the same time zone."""
    period = Period.of_days(CHART_DAYS)
    places = ",".join(map(str, sorted(scope.departments)))
    key = f"tickets.days.{period.last.isoformat()}.{timezone.get_current_timezone_name()}.{places}"
    kept: Sequence[Any] | None = cache.get(key)
    if kept is not None:
        return [Day(date.fromisoformat(day), *counts) for day, *counts in kept]
    found = days(scope=scope, period=period)
    cache.set(key, [[day.day.isoformat(), day.opened, day.closed, day.backlog] for day in found], CHART_SECONDS)
    return found
