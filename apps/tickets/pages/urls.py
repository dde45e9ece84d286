"""The addresses of the ticket page, below /management/tickets/ticket/."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from apps.tickets.pages import (
    composer,
    contents,
    conversation,
    history,
    moving,
    neighbours,
    new,
    properties,
    pulse,
    times,
    view,
)

VIEWS: dict[str, tuple[str, Callable[..., Any]]] = {
    "parts": ("parts/", view.parts),
    "order": ("order/", conversation.choose_order),
    "earlier": ("earlier/<int:before>/", conversation.earlier),
    "message": ("messages/<int:message_id>/", conversation.whole_message),
    "history": ("history/", history.show_history),
    "pulse": ("pulse/", pulse.pulse),
    "composer": ("composer/", composer.show_composer),
    "reply": ("reply/", composer.reply),
    "note": ("note/", composer.note),
    "undo": ("messages/<int:message_id>/undo/", composer.undo),
    "draft": ("draft/", composer.draft),
    "canned_replies": ("canned/", composer.canned_replies),
    "canned_reply": ("canned/<int:canned_id>/", composer.canned_reply),
    "take": ("take/", properties.take),
    "status": ("status/", properties.status),
    "priority": ("priority/", properties.priority),
    "agents": ("agents/", contents.agents),
    "agent": ("agent/", properties.agent),
    "subject": ("subject/", properties.subject),
    "pin": ("pin/", properties.pin),
    "follow_up": ("follow-up/", properties.follow_up),
    "field": ("fields/<int:field_id>/", properties.field),
    "show_transfer": ("transfer/form/", moving.show_transfer),
    "transfer": ("transfer/", moving.transfer),
    "show_merge": ("merge/form/", moving.show_merge),
    "merge": ("merge/", moving.merge),
    "time": ("time/", times.show_time),
    "log_time": ("time/log/", times.log_time),
    "next": ("next/", neighbours.following),
    "previous": ("previous/", neighbours.previous),
}


def urls(site: AdminSite) -> list[URLPattern]:
    """Each is named `tickets_ticket_<name>`."""
    return [
        path("add/fields/", site.admin_view(new.department_fields), name="tickets_ticket_new_fields"),
        path("add/customers/", site.admin_view(new.customers), name="tickets_ticket_new_customers"),
        *(
            path(f"<int:ticket_id>/{address}", site.admin_view(view), name=f"tickets_ticket_{name}")
            for name, (address, view) in VIEWS.items()
        ),
    ]
