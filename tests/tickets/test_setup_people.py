"""Departments and people may go; tickets stay."""

import pytest

from apps.accounts.models import Department, User
from apps.brands.models import Brand
from apps.tickets import services
from apps.tickets.models import CannedReply, Draft, Message, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT

pytestmark = pytest.mark.django_db
DEPARTMENTS, PEOPLE = "/management/accounts/department/", "/management/accounts/user/"
BRANDS = "/management/brands/brand/"


@pytest.fixture
def talk(ticket, alice):
    """A ticket of Carol's with a reply, a note, a time log and a draft of Alice's."""
    services.reply_to_ticket(ticket=ticket, by=alice, text="Have you switched it on?", face=MANAGEMENT)
    services.add_note(ticket=ticket, by=alice, text="A nice person.", face=MANAGEMENT)
    services.log_time(ticket=ticket, by=alice, minutes=5, face=MANAGEMENT)
    services.save_draft(ticket=ticket, by=alice, text="Never sent")
    return ticket


def delete(client, page, row):
    return client.post(f"{page}{row.pk}/delete/", {"post": "yes"})


@pytest.mark.parametrize("name", ["alice", "carol"])
def test_deleting_an_agent_or_a_customer_deletes_no_ticket(admin_client, talk, name):
    before = [model.objects.count() for model in (Ticket, Message, TicketEvent)]
    person = User.objects.get(username=name)
    assert admin_client.get(f"{PEOPLE}{person.pk}/delete/").status_code == 200
    assert delete(admin_client, PEOPLE, person).status_code == 302
    assert not User.objects.filter(username=name).exists()
    assert [model.objects.count() for model in (Ticket, Message, TicketEvent)] == before
    talk.refresh_from_db()
    assert (talk.customer_name, talk.customer_email) == ("Carol", "carol@example.com")
    assert list(talk.messages.order_by("pk").values_list("author_name", flat=True)) == ["Carol", "Alice", "Alice"]
    assert {event.actor_name for event in talk.events.all()} == {"Carol", "Alice"}
    assert talk.time_logs.get().agent_name == "Alice"
    assert Draft.objects.exists() is (name == "carol")
    assert (talk.agent is None) is (name == "alice")
    assert (
        signed_in(User.objects.get(username="admin")).get(f"/management/tickets/ticket/{talk.pk}/change/").status_code
        == 200
    )


def test_it_keeps_a_department_that_has_tickets(admin_client, talk, sales):
    chosen = {"action": "delete_selected", "_selected_action": [sales.pk], "post": "yes"}
    address = f"{DEPARTMENTS}{sales.pk}/delete/"
    for answer in (
        admin_client.get(address),
        admin_client.post(address, {"post": "yes"}),
        admin_client.post(DEPARTMENTS, chosen),
    ):
        assert "Sales still has tickets. Make it inactive instead" in answer.text
        assert talk.number not in answer.text
    assert Department.objects.filter(pk=sales.pk).exists()


def test_it_deletes_a_department_without_tickets(admin_client, workshop):
    CannedReply.objects.create(title="Hello", department=workshop, body="Hello")
    assert delete(admin_client, DEPARTMENTS, workshop).status_code == 302
    assert not CannedReply.objects.exists()


def test_it_says_how_a_department_deals_with_tickets(admin_client, sales):
    address = f"{DEPARTMENTS}{sales.pk}/change/"
    text = admin_client.get(address).text
    assert "Tickets go to the available agents in turn" in text
    members = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    wanted = {"distribution": "round_robin", "max_tickets": "5", "requires_resolution": "on"}
    answer = admin_client.post(address, {"name": "Sales", "description": "", "is_active": "on", **wanted, **members})
    assert answer.status_code == 302, answer.context["errors"]
    sales.refresh_from_db()
    assert (sales.distribution, sales.max_tickets) == ("round_robin", 5)
    assert (sales.requires_resolution, sales.is_public) == (True, False)


def test_it_asks_staff_alone_whether_they_are_available(admin_client, alice, carol):
    assert 'name="is_available"' in admin_client.get(f"{PEOPLE}{alice.pk}/change/").text
    assert 'name="is_available"' not in admin_client.get(f"{PEOPLE}{carol.pk}/change/").text
    typed = {"username": "carol", "display_name": "Carol", "email": "carol@example.com", "role": "Customer"}
    admin_client.post(f"{PEOPLE}{carol.pk}/change/", {**typed, "is_active": "on"})
    carol.refresh_from_db()
    assert carol.is_available


def test_it_keeps_a_brand_that_has_tickets(admin_client, talk, make_ticket):
    brand = Brand.objects.create(name="Harbour")
    make_ticket(brand=brand)
    for answer in (admin_client.get(f"{BRANDS}{brand.pk}/delete/"), delete(admin_client, BRANDS, brand)):
        assert "Cannot delete brand" in answer.text
        assert "Harbour still has tickets." in answer.text
        assert f'href="{BRANDS}{brand.pk}/change/"' in answer.text
    assert Brand.objects.filter(pk=brand.pk).exists()
