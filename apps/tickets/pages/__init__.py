"""The agents' page of a ticket and the page for a new one."""

from apps.tickets.pages.new import new_ticket
from apps.tickets.pages.urls import urls
from apps.tickets.pages.view import ticket_page

__all__ = ["new_ticket", "ticket_page", "urls"]
