"""What the pages of the lists share: who may see them, and the navigation with its counts."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import Department, User
from apps.tickets import queries
from apps.tickets.lists.asking import Asked, Choices, list_address
from apps.tickets.lists.badge import keep_my_active
from apps.tickets.lists.views import LISTS
from apps.tickets.queries import COUNTED, View


def agent_of(request: HttpRequest) -> User:
    """Who asks; raises PermissionDenied for who may not see tickets as an agent."""
    if not isinstance(request.user, User) or not request.user.has_perm("tickets.view_ticket"):
        raise PermissionDenied
    return request.user


def frame(request: HttpRequest, choices: Choices, asked: Asked | None) -> dict[str, Any]:
    """What the pages of the lists share: the navigation with its counts, and the person's own switches."""
    user = choices.user
    shown = [department for department in choices.departments if department.is_active]
    counts = queries.counts(
        user=user,
        views=[view.name for view in LISTS.values() if view.is_counted],
        departments=[department.pk for department in shown],
    )
    keep_my_active(user, counts.get(View.MY_ACTIVE, 0))
    return {
        **admin.site.each_context(request),
        "is_fullwidth": "1",
        "asked": asked,
        "views": [_view_entry(view.name, counts, asked) for view in LISTS.values()],
        "departments": [_department_entry(department, counts, asked) for department in shown],
        "has_departments": bool(choices.departments),
        "can_change": user.has_perm("tickets.change_ticket"),
        "can_add": user.has_perm("tickets.add_ticket"),
        "take_address": reverse("admin:tickets_take"),
    }


def _view_entry(name: str, counts: dict[str, int], asked: Asked | None) -> dict[str, Any]:
    view = LISTS[name]
    return {
        "title": view.title,
        "icon": view.icon,
        "address": list_address(view=name),
        "count": shown_count(counts.get(name)),
        "is_current": asked is not None and asked.view == view and not _by_department(asked),
    }


def _department_entry(department: Department, counts: dict[str, int], asked: Asked | None) -> dict[str, Any]:
    return {
        "title": department.name,
        "address": list_address(view=View.OPEN, department=str(department.pk)),
        "count": shown_count(counts.get(f"department-{department.pk}")),
        "is_current": asked is not None and _by_department(asked) == str(department.pk),
    }


def _by_department(asked: Asked) -> str:
    """The department whose entry of the navigation this list is; empty where it is another list."""
    return asked.values.get("department", "") if asked.view.name == View.OPEN else ""


def shown_count(count: int | None) -> str:
    """A count as it is shown; nothing where there is nothing to count."""
    if count is None or count == 0:
        return ""
    return f"{COUNTED}+" if count > COUNTED else str(count)
