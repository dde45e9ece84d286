"""How the tests speak to the ticket page."""

from dataclasses import dataclass, field

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.tickets.models import Ticket
from tests.conftest import signed_in

JSON = {"HTTP_ACCEPT": "application/json"}


@dataclass
class TicketPage:
    """The page of a ticket in the browser of a person: `page.post("status", value="closed")`."""

    ticket: Ticket
    person: User
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = signed_in(self.person)

    def address(self, name: str = "change", *args: object) -> str:
        return reverse(f"admin:tickets_ticket_{name}", args=[self.ticket.pk, *args])

    def show(self, name: str = "change", *args: object, **query: object) -> HttpResponse:
        return self.client.get(self.address(name, *args), query)

    def post(self, name: str, *args: object, **fields: object) -> HttpResponse:
        return self.client.post(self.address(name, *args), fields)

    def ask(self, name: str, *args: object, **fields: object) -> HttpResponse:
        """As a script of the page posts, which wants JSON."""
        return self.client.post(self.address(name, *args), fields, **JSON)
