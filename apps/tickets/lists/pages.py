"""The page of a list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.tickets import queries
from apps.tickets.lists.asking import NOBODY, Asked, Choices, list_address
from apps.tickets.lists.bulk import actions_for
from apps.tickets.lists.frames import agent_of, frame
from apps.tickets.lists.rows import rows_html, rows_of
from apps.tickets.lists.searching import search_page
from apps.tickets.models import Ticket
from apps.tickets.queries import View

FILTERS = {
    "department": lambda: (_("Department"), _("All departments")),
    "status": lambda: (_("Status"), _("Any status")),
    "priority": lambda: (_("Priority"), _("Any priority")),
    "agent": lambda: (_("Agent"), _("Any agent")),
    "brand": lambda: (_("Brand"), _("All brands")),
}


def ticket_list(request: HttpRequest) -> HttpResponse:
    """A list of tickets, or what a search found."""
    user = agent_of(request)
    if request.GET.get("q", "").strip():
        return search_page(request, user)
    choices = Choices(user)
    asked = Asked.read(request.GET, choices)
    lists = queries.streams(
        user=user, view=asked.view.name, filters=asked.filters, newest_first=not asked.is_oldest_first
    )
    page = queries.page(lists, after=asked.after, before=asked.before)
    customer, actions = _customer_name(user, page, asked), actions_for(user)
    return render(
        request,
        "admin/tickets/list.html",
        {
            **frame(request, choices, asked),
            "title": asked.view.title,
            "table_rows": rows_html(
                rows_of(page.tickets, choices),
                has_actions=bool(actions),
                is_transferred=asked.view.name == View.TRANSFERRED,
            )
            if page.tickets
            else "",
            "actions": actions,
            "filters": _filters(asked, choices),
            "chips": _chips(asked, choices, customer),
            "newer": asked.at(before=page.before).address if page.before else "",
            "older": asked.at(after=page.after).address if page.after else "",
            "first": asked.at().address,
            "words": _words(asked),
            "unfiltered": list_address(view=asked.view.name),
        },
    )


def _words(asked: Asked) -> dict[str, str]:
    """What the links to the neighbouring pages say."""
    if asked.view.name == View.FOLLOW_UPS:
        return {"newer": _("Earlier"), "older": _("Later")}
    if asked.is_oldest_first:
        return {"newer": _("Older"), "older": _("Newer")}
    return {"newer": _("Newer"), "older": _("Older")}


def _filters(asked: Asked, choices: Choices) -> list[dict[str, Any]]:
    found = []
    for name in asked.view.filters:
        label, anything = FILTERS[name]()
        options = _options(name, asked, choices)
        if len(options) > 1 or name in asked.values:
            found.append(
                {
                    "name": name,
                    "label": label,
                    "anything": anything,
                    "options": options,
                    "value": asked.values.get(name, ""),
                }
            )
    return found


def _options(name: str, asked: Asked, choices: Choices) -> list[tuple[str, str]]:
    words = choices.by_name(name)
    if name == "status":
        return [(value, words[value]) for value in asked.view.statuses]
    if name == "agent":
        own = str(choices.user.pk)
        others = [(value, text) for value, text in words.items() if value not in (NOBODY, own)]
        return [(own, _("Me")), (NOBODY, _("Nobody")), *others]
    return list(words.items())


def _chips(asked: Asked, choices: Choices, customer: str) -> list[dict[str, Any]]:
    chips = []
    for name in asked.values:
        words = dict(_options(name, asked, choices))
        chips.append((FILTERS[name]()[0], words.get(asked.values[name], ""), asked.without(name).address))
    if asked.customer:
        chips.append((_("Customer"), customer or _("unknown"), asked.without("customer").address))
    return [{"label": label, "text": text, "address": address} for label, text, address in chips]


def _customer_name(user: User, page: queries.Page, asked: Asked) -> str:
    """Whose tickets the list is narrowed to; empty where none of them is this person's to see."""
    if not asked.customer:
        return ""
    known = page.tickets[:1] or Ticket.objects.visible_to(user).filter(customer_id=asked.customer)[:1]
    return next((ticket.customer_name for ticket in known), "")
