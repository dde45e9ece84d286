"""The addresses of the reports, below /management/tickets/reports/."""

from django.contrib import admin
from django.urls import path

from apps.tickets.reports import views

MANAGEMENT = [
    path("", admin.site.admin_view(views.report_page), name="page"),
    path("<slug:name>.csv", admin.site.admin_view(views.report_file), name="file"),
]
