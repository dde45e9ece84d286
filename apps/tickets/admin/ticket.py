"""The agents' working pages: lists, the ticket, and what their buttons do."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from apps.core.admin import DeskModelAdmin
from apps.tickets import lists, pages
from apps.tickets.models import Ticket


@admin.register(Ticket)
class TicketAdmin(DeskModelAdmin):
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return lists.ticket_list(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return pages.ticket_page(request, object_id)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return pages.new_ticket(request)

    def get_urls(self) -> list[URLPattern]:
        return [*lists.urls(self.admin_site), *pages.urls(self.admin_site), *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return False
