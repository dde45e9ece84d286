"""The page between choosing what to do with the ticked tickets and doing it."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core.typed import read_number
from apps.tickets.lists.asking import list_address
from apps.tickets.lists.badge import forget_my_active
from apps.tickets.lists.bulk import ACTIONS, MAX_TICKETS, Action, Outcome, perform, preview, tickets_to_change
from apps.tickets.lists.forms import BulkForm
from apps.tickets.lists.frames import agent_of
from apps.tickets.lists.ways_back import address_back
from apps.tickets.models import Ticket

NAMED = 3


def bulk(request: HttpRequest) -> HttpResponse:
    """POST: show what an action will do with the ticked tickets, or (`confirm=1`) do it."""
    user = agent_of(request)
    back = address_back(request, otherwise=list_address())
    action = ACTIONS.get(request.POST.get("action", ""))
    if request.method != "POST" or action is None:
        return HttpResponseRedirect(back)
    if not user.has_perm(action.permission):
        raise PermissionDenied
    pks = _ticked(request)
    if problem := _problem(action, pks):
        messages.warning(request, problem)
        return HttpResponseRedirect(back)
    tickets = tickets_to_change(user, pks)
    form = _form(request, action, tickets, user)
    if request.POST.get("confirm") and form.is_valid():
        outcome = perform(action=action, tickets=tickets, values=form.cleaned_data, by=user)
        outcome.not_found = len(pks) - len(tickets)
        forget_my_active(user)
        _report(request, action, outcome)
        return HttpResponseRedirect(back)
    return _ask(request, action, form, pks=pks, tickets=tickets, back=back)


def _ask(
    request: HttpRequest, action: Action, form: BulkForm, *, pks: list[int], tickets: list[Ticket], back: str
) -> HttpResponse:
    outcome = None
    if form.is_bound and form.is_valid():
        outcome = preview(action=action, tickets=tickets, values=form.cleaned_data, by=form.user)
        outcome.not_found = len(pks) - len(tickets)
    changing = len(outcome.changed) if outcome else 0
    context = {
        **admin.site.each_context(request),
        "title": action.asks % {"count": len(tickets)},
        "action": action,
        "form": form,
        "pks": pks,
        "outcome": outcome,
        "taken": taken_texts(outcome.changed) if outcome and action.takes else [],
        "left_out": list(outcome.left_out.items()) if outcome else [],
        "not_found": not_found_text(outcome.not_found) if outcome and outcome.not_found else "",
        "will": action.will % {"count": changing},
        "does": action.asks % {"count": changing},
        "back": back,
    }
    return render(request, "admin/tickets/list_bulk.html", context)


def _ticked(request: HttpRequest) -> list[int]:
    names = ("tickets", "shown") if request.POST.get("all") else ("tickets",)
    posted = [read_number(text) for name in names for text in request.POST.getlist(name)]
    return list(dict.fromkeys(pk for pk in posted if pk is not None))


def _problem(action: Action, pks: list[int]) -> str:
    if not pks:
        return _("Tick the tickets first, then choose what to do with them.")
    if action.needs_two and len(pks) == 1:
        return _("Tick at least two tickets to merge: one of them stays, the others are merged into it.")
    if len(pks) > MAX_TICKETS:
        return _("At most 200 tickets can be changed at once.")
    return ""


def _form(request: HttpRequest, action: Action, tickets: list[Ticket], user: User) -> BulkForm:
    """The form with what was chosen, or on the first visit with what is chosen by itself."""
    if "chosen" in request.POST or "confirm" in request.POST:
        return action.form(request.POST, user=user, tickets=tickets)
    empty = action.form(user=user, tickets=tickets)
    values: dict[str, Any] = {name: empty.get_initial_for_field(field, name) for name, field in empty.fields.items()}
    is_complete = all(values[name] or not field.required for name, field in empty.fields.items())
    return action.form(values, user=user, tickets=tickets) if is_complete else empty


def _report(request: HttpRequest, action: Action, outcome: Outcome) -> None:
    """Say how many tickets changed, and which did not and why."""
    if outcome.changed:
        messages.success(request, action.done % {"count": len(outcome.changed)})
    reasons = [_said(reason, tickets) for reason, tickets in outcome.left_out.items()]
    if outcome.not_found:
        reasons.append(not_found_text(outcome.not_found))
    if reasons:
        count = outcome.left_out_count
        text = ngettext("%(count)d ticket was left out.", "%(count)d tickets were left out.", count) % {"count": count}
        messages.warning(request, " ".join([text, *reasons]))


def _said(reason: str, tickets: list[Ticket]) -> str:
    return reason if tickets[0].number in reason else f"{_named(tickets)}: {reason}"


def _named(tickets: list[Ticket]) -> str:
    numbers = ", ".join(ticket.number for ticket in tickets[:NAMED])
    more = len(tickets) - NAMED
    if more <= 0:
        return numbers
    text = ngettext("%(numbers)s and %(count)d more", "%(numbers)s and %(count)d more", more)
    return text % {"numbers": numbers, "count": more}


def taken_texts(tickets: list[Ticket]) -> list[str]:
    """How many of these tickets are taken from whom, the most first."""
    counts = Counter(ticket.agent for ticket in tickets if ticket.agent is not None)
    return [
        ngettext("%(count)d is taken from %(agent)s.", "%(count)d are taken from %(agent)s.", count)
        % {"count": count, "agent": agent.get_full_name()}
        for agent, count in counts.most_common()
    ]


def not_found_text(count: int) -> str:
    """What is said of tickets that are not there, or not this person's to see."""
    return ngettext("%(count)d was not found.", "%(count)d were not found.", count) % {"count": count}
