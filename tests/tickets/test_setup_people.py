"""Departments and people may go as long as no ticket names them."""

import pytest

from apps.accounts.models import Department, User
from apps.accounts.roles import PersonError, delete_person
from apps.brands.models import Brand
from apps.tickets import services
from apps.tickets.models import CannedReply, Draft, Ticket
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
def test_it_keeps_people_whom_the_history_of_tickets_names(admin, admin_client, talk, name):
    person = User.objects.get(username=name)
    chosen = {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
    assert "the history names this person; make the account inactive instead" in admin_client.post(PEOPLE, chosen).text
    assert delete(admin_client, PEOPLE, person).status_code == 403
    with pytest.raises(PersonError):
        delete_person(user=person, by=admin)
    assert User.objects.filter(pk=person.pk).exists()


def test_it_deletes_a_person_without_history_with_their_drafts_and_turns(admin_client, ticket, manager):
    services.save_draft(ticket=ticket, by=manager, text="Never sent")
    Ticket.objects.filter(pk=ticket.pk).update(agent=manager)
    assert delete(admin_client, PEOPLE, manager).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.agent, Draft.objects.exists()) == (None, False)


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
