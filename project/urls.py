"""Every address of Deskbridge."""

from django.contrib import admin
from django.urls import include, path, re_path

from apps.accounts.languages import choose_language
from apps.accounts.legacy import to_management
from apps.accounts.token_views import ManagementTokens
from apps.notifications import urls as notifications
from apps.tickets import urls_files as files
from apps.tickets.reports import urls as reports
from project.api import api, unknown_address
from project.dashboard import health_page

handler400 = "apps.portal.views.bad_request"
urlpatterns = [
    re_path(r"^(?P<address>(?i:management/root\.aspx|main|login\.aspx))/?$", to_management),
    path("management/tokens/", admin.site.admin_view(ManagementTokens.as_view()), name="tokens"),
    path("management/health/", admin.site.admin_view(health_page), name="health"),
    path("management/notifications/", include((notifications.management, "notifications"))),
    path("management/tickets/reports/", include((reports.MANAGEMENT, "reports"))),
    path("management/tickets/", include((files.MANAGEMENT, "agent_files"))),
    path("management/", admin.site.urls),
    re_path(r"^(?P<address>(?i:management))/?$", to_management),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("tickets/", include((files.PORTAL, "customer_files"))),
    path("api/v1/", unknown_address),
    path("api/v1/", api.urls),
    path("api/v1/<path:address>", unknown_address),
    path("", include("apps.portal.urls")),
]
