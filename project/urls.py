"""Every address of Deskbridge."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("management/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("apps.portal.urls")),
]
