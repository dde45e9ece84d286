"""The addresses of what the lists' buttons do, below those of the tickets."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from apps.tickets.lists import bulk_pages, turns


def urls(site: AdminSite) -> list[URLPattern]:
    """The addresses, each behind the door of the management interface."""
    return [
        path("bulk/", site.admin_view(bulk_pages.bulk), name="tickets_bulk"),
        path("take/", site.admin_view(turns.take), name="tickets_take"),
        path("take-next/", site.admin_view(turns.take_next), name="tickets_take_next"),
        path("available/", site.admin_view(turns.change_availability), name="tickets_available"),
    ]
