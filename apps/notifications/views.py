"""The bell's pages, the same ones in the management interface and on the portal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core.typed import read_moment
from apps.notifications import services
from apps.notifications.badge import badge_for
from apps.notifications.channels import CHANNELS
from apps.notifications.models import Notification
from apps.notifications.registry import Audience

PAGE_LENGTH = 30


@dataclass(frozen=True)
class Face:
    """Where the pages are shown: whose settings, the folder of the templates, the namespace of the addresses."""

    audience: Audience
    templates: str
    namespace: str
    frame: Callable[[HttpRequest], dict[str, Any]]

    def render(self, request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
        return render(request, f"{self.templates}/{page}.html", {**self.frame(request), **context})


MANAGEMENT = Face(Audience.STAFF, "admin/notifications", "notifications", admin.site.each_context)
PORTAL = Face(Audience.CUSTOMER, "portal/notifications", "portal:notifications", lambda request: {})


@require_GET
def show_list(request: HttpRequest, face: Face) -> HttpResponse:
    """A person's notifications, the newest first, a page at a time."""
    position = request.GET.get("before", "")
    found = Notification.objects.visible_to(request.user).older_than(position).newest_first()[: PAGE_LENGTH + 1]
    notifications = list(found)
    context = {
        "title": _("Notifications"),
        "notifications": notifications[:PAGE_LENGTH],
        "older": notifications[PAGE_LENGTH - 1].position if len(notifications) > PAGE_LENGTH else "",
        "is_first": not position,
        "shown_at": timezone.now().isoformat(),
    }
    return face.render(request, "list", context)


@require_GET
def open_one(request: HttpRequest, face: Face, pk: int) -> HttpResponse:
    """Go to what a notification is about; it counts as read from now on."""
    notification = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    services.mark_read(person=request.user, ids=[pk])  # type: ignore[arg-type]
    return HttpResponseRedirect(notification.path)


@require_POST
def read_all(request: HttpRequest, face: Face) -> HttpResponse:
    """Mark everything as read that had happened when the list was shown."""
    until = read_moment(request.POST.get("shown_at", ""))
    services.mark_all_read(person=request.user, until=until)  # type: ignore[arg-type]
    messages.success(request, _("All notifications are marked as read."))
    return redirect(f"{face.namespace}:list")


@require_http_methods(["GET", "HEAD", "POST"])
def change_settings(request: HttpRequest, face: Face) -> HttpResponse:
    """What a person wants to be told about."""
    choice: dict[str, Any] = {"person": request.user, "audience": face.audience}
    if request.method == "POST":
        services.change_settings(**choice, wanted=request.POST.getlist("wanted"))
        messages.success(request, _("Your changes are saved."))
        return redirect(f"{face.namespace}:settings")
    context = {
        "title": _("Notification settings"),
        "choices": services.settings_of(**choice),
        "channels": CHANNELS.values(),
    }
    return face.render(request, "settings", context)


@require_GET
def count(request: HttpRequest) -> JsonResponse:
    """The bell's number, for pages that stay open."""
    badge = badge_for(request)
    return JsonResponse({"count": badge.count, "text": badge.text, "label": badge.label})
