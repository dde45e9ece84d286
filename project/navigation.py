"""The management interface's sidebar, tabs and account menu, as data."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# (group, [(title, icon, admin page, permission)]): a page is shown to those who may view it.
SIDEBAR: list[tuple[Any, list[tuple[Any, str, str, str]]]] = [
    (
        _("People"),
        [
            (_("People"), "group", "accounts_user_changelist", "accounts.view_user"),
            (_("Departments"), "diversity_3", "accounts_department_changelist", "accounts.view_department"),
            (_("Roles"), "shield_person", "auth_group_changelist", "auth.view_group"),
        ],
    ),
    (
        _("Connected Services"),
        [
            (
                _("Settings"),
                "tune",
                "connected_services_connectedservices_changelist",
                "connected_services.view_connectedservices",
            ),
            (_("External Feeds"), "rss_feed", "feeds_externalfeed_changelist", "feeds.view_externalfeed"),
            (
                _("SmarterTrack Connections"),
                "sync_alt",
                "connections_smartertrackconnection_changelist",
                "connections.view_smartertrackconnection",
            ),
        ],
    ),
    (
        _("Set-up"),
        [
            (_("Installation"), "dns", "brands_installation_changelist", "brands.view_installation"),
            (_("Brands"), "storefront", "brands_brand_changelist", "brands.view_brand"),
            (_("Custom links"), "link", "brands_customlink_changelist", "brands.view_customlink"),
        ],
    ),
]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with the pages this person may view."""
    groups = []
    for title, pages in SIDEBAR:
        items = [
            {"title": text, "icon": icon, "link": reverse(f"admin:{page}")}
            for text, icon, page, permission in pages
            if request.user.has_perm(permission)
        ]
        if items:
            groups.append({"title": title, "separator": True, "collapsible": False, "items": items})
    return groups


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The three tabs of Connected Services."""
    _title, pages = SIDEBAR[1]
    models = ["connected_services.connectedservices", "feeds.externalfeed", "connections.smartertrackconnection"]
    return [
        {
            "models": [{"name": models[0], "detail": True}, *models],
            "items": [
                {"title": text, "link": reverse(f"admin:{page}")}
                for text, _icon, page, permission in pages
                if request.user.has_perm(permission)
            ],
        }
    ]


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """What the menu under the display name offers besides signing out."""
    return [
        {"title": _("Portal"), "link": reverse("portal:home"), "new_window": True},
        {"title": _("Change password"), "link": reverse("admin:password_change")},
    ]


def management_style(request: HttpRequest) -> str:
    """Our stylesheet of the management interface."""
    return static("management/management.css")


def management_script(request: HttpRequest) -> str:
    """Our script of the management interface."""
    return static("management/management.js")
