"""A ticket begins."""

import uuid

import pytest
from django.utils import translation

from apps.accounts.models import Department, Membership
from apps.tickets import guests, services
from apps.tickets.errors import BadField, NotAllowed
from apps.tickets.models import CustomField, Message, Ticket, TicketEvent
from apps.tickets.numbers import normal_number
from tests.tickets.conftest import MANAGEMENT, PORTAL

pytestmark = pytest.mark.django_db


def test_it_opens_an_active_ticket_with_its_first_message(brand, sales, carol):
    ticket = services.open_ticket(
        brand=brand, department=sales, subject="  Cold\tkettle ", text="It stays\n\ncold.\x00", by=carol, face=PORTAL
    )
    message = ticket.messages.get()
    assert ticket.subject == "Cold kettle"
    assert (ticket.status, ticket.priority, ticket.agent, ticket.customer) == ("active", "normal", None, carol)
    assert (ticket.customer_name, ticket.customer_email) == ("Carol", "carol@example.com")
    assert (message.direction, message.text, message.author_name) == ("in", "It stays\n\ncold.", "Carol")
    assert ticket.idle_since is not None
    assert normal_number(ticket.number) == ticket.number
    assert [event.kind for event in ticket.events.all()] == [TicketEvent.Kind.OPENED]


def test_it_opens_one_ticket_when_the_form_is_sent_twice(brand, sales, carol, dave):
    form = {"brand": brand, "department": sales, "subject": "Once", "text": "Please", "client_id": uuid.uuid4()}
    first = services.open_ticket(**form, by=carol, face=PORTAL)
    assert services.open_ticket(**form, by=carol, face=PORTAL) == first
    with pytest.raises(NotAllowed):
        services.open_ticket(**form, by=dave, face=PORTAL)
    assert Ticket.objects.count() == 1


def test_it_opens_a_ticket_for_somebody_without_an_account_who_gets_a_link(brand, sales, carol):
    ticket = services.open_ticket(
        brand=brand, department=sales, subject="Hello", text="Hi", email=" Eve@Example.COM ", name="Eve", face=PORTAL
    )
    assert (ticket.customer, ticket.customer_email, ticket.customer_name) == (None, "eve@example.com", "Eve")
    key = guests.link_key(ticket)
    assert guests.ticket_for_key(number=ticket.number, key=key) == ticket
    assert guests.ticket_for_key(number=ticket.number, key=key[:-1]) is None
    services.claim_ticket(ticket=ticket, key=key, by=carol)
    assert list(Ticket.objects.visible_to(carol)) == [ticket]
    assert guests.ticket_for_key(number=ticket.number, key=key) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": " \n "}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"text": "\u200b\x00 \n"}, "text"),
        ({"text": " "}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"priority": "extreme"}, "priority"),
        ({"by": None, "email": "nobody"}, "email"),
        ({"by": None, "email": f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.org"}, "email"),
        ({"cc": ["a@example.com", "nobody"]}, "cc"),
        ({"cc": [f"a{n}@example.com" for n in range(21)]}, "cc"),
        ({"fields": {999: "x"}}, "field_999"),
    ],
)
def test_it_says_which_field_cannot_be_used(brand, sales, carol, changes, field):
    form = {"brand": brand, "department": sales, "subject": "A", "text": "B", "by": carol, "face": PORTAL, **changes}
    with pytest.raises(BadField) as raised:
        services.open_ticket(**form)
    assert field in raised.value.errors
    assert not Ticket.objects.exists()


def test_it_offers_customers_only_active_public_departments_of_the_brand(brand, sales, carol, alice):
    for changes in ({"is_public": False}, {"is_public": True, "is_active": False}):
        Department.objects.filter(pk=sales.pk).update(**changes)
        with pytest.raises(BadField):
            services.open_ticket(brand=brand, department=sales, subject="A", text="B", by=carol, face=PORTAL)
    Department.objects.filter(pk=sales.pk).update(is_public=False, is_active=True)
    form = {"brand": brand, "department": sales, "subject": "A", "text": "B", "customer": carol, "face": MANAGEMENT}
    assert services.open_ticket(**form, by=alice).customer == carol


def test_it_lets_agents_open_tickets_for_customers_in_their_departments_only(brand, sales, workshop, carol, alice):
    form = {"brand": brand, "subject": "A", "text": "B", "customer": carol, "face": MANAGEMENT}
    ticket = services.open_ticket(**form, department=sales, by=alice, direction="out")
    assert (ticket.status, ticket.agent, ticket.out_count) == ("waiting", alice, 1)
    with pytest.raises(NotAllowed):
        services.open_ticket(**form, department=workshop, by=alice)


def test_it_refuses_customers_who_open_tickets_for_others(brand, sales, carol, dave):
    form = {"brand": brand, "department": sales, "subject": "A", "text": "B", "face": PORTAL}
    with pytest.raises(NotAllowed):
        services.open_ticket(**form, by=carol, customer=dave)
    with pytest.raises(NotAllowed):
        services.open_ticket(**form, by=None, email="x@example.com", customer=dave)
    with pytest.raises(NotAllowed):
        services.open_ticket(**form, by=carol, direction=Message.Direction.OUT)


def test_it_keeps_custom_fields_and_wants_the_required_ones_of_customers(brand, sales, carol, alice):
    order = CustomField.objects.create(department=sales, name="Order", kind="number", is_required=True)
    CustomField.objects.create(department=sales, name="Internal", is_visible_to_customer=False, is_required=True)
    form = {"brand": brand, "department": sales, "subject": "A", "text": "B"}
    with pytest.raises(BadField) as raised:
        services.open_ticket(**form, by=carol, face=PORTAL, fields={order.pk: "twelve"})
    assert list(raised.value.errors) == [f"field_{order.pk}"]
    with pytest.raises(BadField):
        services.open_ticket(**form, by=carol, face=PORTAL)
    ticket = services.open_ticket(**form, by=carol, face=PORTAL, fields={order.pk: "12.50"})
    assert ticket.field_values.get().value == "12.50"
    assert services.open_ticket(**form, by=alice, customer=carol, face=MANAGEMENT).pk


def test_it_deals_out_tickets_in_turn_within_the_limits(make_ticket, sales, alice, manager):
    Department.objects.filter(pk=sales.pk).update(distribution="round_robin", max_tickets=2)
    sales.refresh_from_db()
    agents = [make_ticket(department=sales).agent for _ in range(5)]
    assert sorted(agent.username for agent in agents[:2]) == ["alice", "mia"]
    assert sorted(agent.username for agent in agents[2:4]) == ["alice", "mia"]
    assert agents[4] is None
    services.set_available(user=alice, is_available=False)
    Ticket.objects.filter(agent=alice).update(status="closed")
    waiting = make_ticket(department=sales)
    assert waiting.agent is None
    services.set_available(user=alice, is_available=True)
    assert Ticket.objects.get(pk=waiting.pk).agent == alice


def test_it_gives_what_waits_to_agents_who_join_later(make_ticket, sales, alice, manager, bob, run_jobs):
    Department.objects.filter(pk=sales.pk).update(distribution="round_robin")
    Membership.objects.all().delete()
    sales.refresh_from_db()
    waiting = make_ticket(department=sales)
    Membership.objects.create(department=sales, user=bob)
    from apps.tickets.tasks import give_out_waiting

    give_out_waiting()
    assert Ticket.objects.get(pk=waiting.pk).agent == bob


def test_it_keeps_the_language_of_the_customer_and_not_that_of_a_program(make_ticket, brand, carol, alice):
    brand.language = "es"
    brand.save()
    languages = [make_ticket(face=TicketEvent.Face.API).language]
    with translation.override("de"):  # which an agent reads
        languages.append(make_ticket(by=alice, email="gina@example.com", face=MANAGEMENT).language)
        languages.append(make_ticket().language)
    carol.language = "de"
    carol.save()
    languages.append(make_ticket(face=TicketEvent.Face.API).language)
    languages.append(make_ticket(by=alice, customer=carol, face=MANAGEMENT).language)
    languages.append(make_ticket(face=TicketEvent.Face.API, language="en").language)
    assert languages == ["es", "es", "de", "de", "de", "en"]
