"""The management interface's sidebar, tabs and account menu, as data."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import SearchResult

from apps.tickets.lists.asking import list_address


@dataclass(frozen=True)
class Page:
    """An entry of the sidebar, for those who have the permission to view its page.

    query: what the page's address ends with, where two entries share one page. badge: dotted path of the function
    that gives the number beside it. unless: the permission of those who have another entry instead.
    """

    title: Any
    icon: str
    address: str
    permission: str
    query: str = ""
    badge: str = ""
    unless: str = ""


CONNECTED_SERVICES = (
    Page(
        _("Settings"),
        "tune",
        "admin:connected_services_connectedservices_changelist",
        "connected_services.view_connectedservices",
    ),
    Page(_("External Feeds"), "rss_feed", "admin:feeds_externalfeed_changelist", "feeds.view_externalfeed"),
    Page(
        _("SmarterTrack Connections"),
        "sync_alt",
        "admin:connections_smartertrackconnection_changelist",
        "connections.view_smartertrackconnection",
    ),
)
SIDEBAR: tuple[tuple[Any, tuple[Page, ...]], ...] = (
    (
        _("Work"),
        (
            Page(
                _("Tickets"),
                "confirmation_number",
                "admin:tickets_ticket_changelist",
                "tickets.view_ticket",
                badge="apps.tickets.lists.badge.my_active",
            ),
            Page(_("Reports"), "monitoring", "reports:page", "tickets.view_reports"),
            Page(_("My reports"), "monitoring", "reports:page", "tickets.view_ticket", unless="tickets.view_reports"),
        ),
    ),
    (
        pgettext_lazy("menu", "Answers"),
        (Page(_("Canned replies"), "quickreply", "admin:tickets_cannedreply_changelist", "tickets.view_cannedreply"),),
    ),
    (
        _("People"),
        (
            Page(_("Customers"), "group", "admin:accounts_user_changelist", "accounts.view_user", "role=Customer"),
            Page(_("Agents"), "support_agent", "admin:accounts_user_changelist", "accounts.view_user", "role=staff"),
            Page(_("Departments"), "diversity_3", "admin:accounts_department_changelist", "accounts.view_department"),
            Page(_("Roles"), "shield_person", "admin:auth_group_changelist", "auth.view_group"),
        ),
    ),
    (_("Connected Services"), CONNECTED_SERVICES),
    (
        _("Set-up"),
        (
            Page(_("Installation"), "dns", "admin:brands_installation_changelist", "brands.view_installation"),
            Page(_("Brands"), "storefront", "admin:brands_brand_changelist", "brands.view_brand"),
            Page(_("Custom fields"), "list_alt", "admin:tickets_customfield_changelist", "tickets.view_customfield"),
            Page(_("Custom links"), "link", "admin:brands_customlink_changelist", "brands.view_customlink"),
        ),
    ),
    (
        _("System"),
        (
            Page(_("Jobs"), "manufacturing", "admin:django_rq_dashboard_changelist", "django_rq.admin"),
            Page(_("Imports"), "upload_file", "admin:core_bulkimport_changelist", "core.view_bulkimport"),
            Page(_("Failed sign-ins"), "lock", "admin:axes_accessattempt_changelist", "axes.view_accessattempt"),
            Page(_("API tokens"), "key", "admin:accounts_apitoken_changelist", "accounts.view_apitoken"),
            Page(_("Health"), "monitor_heart", "health", "django_rq.admin"),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with the pages this person may view."""
    groups: list[dict[str, Any]] = [{"items": [_item(request, Page(_("Overview"), "home", "admin:index", ""))]}]
    for title, pages in SIDEBAR:
        items = [_item(request, page) for page in pages if _is_for(request.user, page)]
        if items:
            groups.append({"title": title, "separator": True, "collapsible": False, "items": items})
    return groups


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tabs that the pages of the Connected Services share; other pages are not asked for them."""
    if not any(request.path.startswith(_address(page.address)) for page in CONNECTED_SERVICES):
        return []
    models = [
        page.address.removeprefix("admin:").removesuffix("_changelist").rsplit("_", 1) for page in CONNECTED_SERVICES
    ]
    names = [".".join(name) for name in models]
    items = [_item(request, page) for page in CONNECTED_SERVICES if request.user.has_perm(page.permission)]
    return [{"models": [{"name": names[0], "detail": True}, *names], "items": items}]


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """What the menu under the display name offers besides signing out."""
    return [
        {"title": _("Portal"), "link": reverse("portal:home")},
        {"title": _("Notification settings"), "link": reverse("notifications:settings")},
        {"title": _("Change password"), "link": reverse("admin:password_change")},
        {"title": _("API tokens"), "link": reverse("tokens")},
    ]


def search(request: HttpRequest, term: str) -> list[SearchResult]:
    """What the search over all pages (ctrl and K) offers besides pages: a way to the tickets with these words.

    Unfold keeps the answer for minutes, so nothing of the tickets themselves is in it.
    """
    if not request.user.has_perm("tickets.view_ticket"):
        return []
    title, link = gettext("Search tickets for “%(words)s”") % {"words": term}, list_address(q=term)
    return [SearchResult(title=title, description=gettext("Tickets"), link=link, icon="search")]


def management_style(request: HttpRequest) -> str:
    """Our stylesheet of the management interface."""
    return static("management/management.css")


def management_script(request: HttpRequest) -> str:
    """Our script of the management interface."""
    return static("management/management.js")


@cache
def _address(name: str) -> str:
    """Where a page is: twenty are on each page of the management interface, and none of them moves."""
    return reverse(name)


def _is_for(user: Any, page: Page) -> bool:
    return user.has_perm(page.permission) and not (page.unless and user.has_perm(page.unless))


def _item(request: HttpRequest, page: Page) -> dict[str, Any]:
    address = _address(page.address)
    link = f"{address}?{page.query}" if page.query else address
    item = {"title": page.title, "icon": page.icon, "link": link, "active": _is_active(request, address, page)}
    return {**item, "badge": page.badge, "badge_variant": "primary"} if page.badge else item


def _is_active(request: HttpRequest, address: str, page: Page) -> bool:
    """Whether the page, or one below it, is open; a form remembers the list that it was opened from."""
    if page.address == "admin:index":
        return request.path == address
    if not request.path.startswith(address):
        return False
    shown = {**request.GET.dict(), **_first_values(request.GET.get("_changelist_filters", ""))}
    return all(shown.get(name) == value for name, value in _first_values(page.query).items())


def _first_values(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
