"""What a row of a list shows, as plain words: fifty rows are on each page, and templates are slow with objects."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from apps.core.templatetags.plain_words import ago, said
from apps.tickets.lists.asking import Choices
from apps.tickets.models import Ticket

TELLING = timedelta(hours=1)


class Moment(TypedDict):
    """A moment for machines, in words, and in full."""

    iso: str
    text: str
    full: str


class Row(TypedDict):
    """A ticket in a list.

    idle: for how long the side whose turn it is has done nothing; empty where the last activity says it.
    follow_up, transferred: None where there is none.
    """

    pk: str
    address: str
    subject: str
    number: str
    customer: str
    department: str
    agent: str
    status: str
    status_text: str
    priority: str
    priority_text: str
    messages: str
    is_pinned: bool
    can_be_taken: bool
    activity: Moment
    idle: str
    follow_up: Moment | None
    follow_up_note: str
    is_due: bool
    transferred: Moment | None


def rows_of(tickets: Sequence[Ticket], choices: Choices) -> list[Row]:
    """The rows of these tickets for this person."""
    now, takes = timezone.now(), choices.user.has_perm("tickets.change_ticket")
    departments = {department.pk: department.name for department in choices.departments}
    agents = choices.agent_names(ticket.agent_id for ticket in tickets)
    address = reverse("admin:tickets_ticket_change", args=[0])
    statuses = {value: str(label) for value, label in Ticket.Status.choices}
    priorities = {value: str(label) for value, label in Ticket.Priority.choices}
    return [
        Row(
            pk=str(ticket.pk),
            address=address.replace("/0/", f"/{ticket.pk}/"),
            subject=ticket.subject,
            number=ticket.number,
            customer=ticket.customer_name or ticket.customer_email,
            department=departments.get(ticket.department_id, ""),
            agent=agents.get(ticket.agent_id, ""),
            status=ticket.status,
            status_text=statuses[ticket.status],
            priority=ticket.priority,
            priority_text=priorities[ticket.priority],
            messages=f"{ticket.in_count} / {ticket.out_count}",
            is_pinned=ticket.is_pinned,
            can_be_taken=takes and ticket.agent_id is None and ticket.status == Ticket.Status.ACTIVE,
            activity=_moment(ticket.last_activity_at),
            idle=_idle(ticket, now),
            follow_up=_day(ticket.follow_up_at) if ticket.follow_up_at else None,
            follow_up_note=ticket.follow_up_note,
            is_due=ticket.follow_up_at is not None and ticket.follow_up_at <= now,
            transferred=_moment(ticket.transferred_at) if ticket.transferred_at else None,
        )
        for ticket in tickets
    ]


def rows_html(rows: Sequence[Row], *, has_actions: bool, is_transferred: bool) -> str:
    """The rows of the table. has_actions: with boxes to tick. is_transferred: with when they were transferred."""
    words = {
        "take": _("Take"),
        "nobody": _("Nobody"),
        "pinned": _("Pinned"),
        "follow_up": _("Follow-up"),
        "due": _("Follow-up due"),
        "idle": _("idle"),
        "transferred": _("transferred"),
        "tick": _("Tick this ticket"),
    }
    context = {
        "rows": rows,
        "words": words,
        "has_actions": has_actions,
        "is_transferred": is_transferred,
        "take_address": reverse("admin:tickets_take"),
    }
    return render_to_string("admin/tickets/_list_rows.jinja", context, using="jinja2")


def _idle(ticket: Ticket, now: datetime) -> str:
    since = ticket.idle_since if ticket.is_open else None
    return timesince(since, now, depth=1) if since and ticket.last_activity_at - since >= TELLING else ""


def _moment(at: datetime) -> Moment:
    return Moment(iso=at.isoformat(), text=ago(at), full=said(at, "DATETIME_FORMAT"))


def _day(at: datetime) -> Moment:
    return Moment(iso=at.isoformat(), text=said(at, "SHORT_DATE_FORMAT"), full=said(at, "DATETIME_FORMAT"))
