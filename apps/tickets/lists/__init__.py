"""The agents' lists of tickets in the management interface."""

from apps.tickets.lists.pages import ticket_list
from apps.tickets.lists.urls import urls

__all__ = ["ticket_list", "urls"]
