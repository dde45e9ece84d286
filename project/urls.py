"""Every address of Deskbridge."""

from django.contrib import admin
from django.urls import include, path, re_path

from apps.accounts.languages import choose_language
from apps.accounts.legacy import to_management
from apps.notifications import urls as notifications
from project.dashboard import health_page

urlpatterns = [
    re_path(r"^(?P<address>(?i:management/root\.aspx|main|login\.aspx))/?$", to_management),
    path("management/health/", admin.site.admin_view(health_page), name="health"),
    path("management/notifications/", include((notifications.management, "notifications"))),
    path("management/", admin.site.urls),
    re_path(r"^(?P<address>(?i:management))/?$", to_management),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("apps.portal.urls")),
]
