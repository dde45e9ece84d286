"""The addresses below /management/notifications/ (`management`), and those on the portal (`portal`)."""

from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache

from apps.notifications import views

_guard = admin.site.admin_view
_MANAGEMENT, _PORTAL = {"face": views.MANAGEMENT}, {"face": views.PORTAL}


def _signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return never_cache(login_required(view))


management = [
    path("", _guard(views.show_list), _MANAGEMENT, name="list"),
    path("<int:pk>/", _guard(views.open_one), _MANAGEMENT, name="open"),
    path("read/", _guard(views.read_all), _MANAGEMENT, name="read_all"),
    path("settings/", _guard(views.change_settings), _MANAGEMENT, name="settings"),
    path("count/", _guard(views.count), name="count"),
]
portal = [
    path("notifications/", _signed_in(views.show_list), _PORTAL, name="list"),
    path("notifications/<int:pk>/", _signed_in(views.open_one), _PORTAL, name="open"),
    path("notifications/read/", _signed_in(views.read_all), _PORTAL, name="read_all"),
    path("account/notifications/", _signed_in(views.change_settings), _PORTAL, name="settings"),
]
