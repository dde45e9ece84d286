"""Taking, assigning, transferring, merging."""

import pytest
from django.db.models import ProtectedError

from apps.accounts.models import Department, Membership, User
from apps.accounts.roles import Role
from apps.core.search import services as search
from apps.tickets import indexing, services
from apps.tickets.errors import BadField, LimitReached, NotAllowed, NothingToTake, TakenAlready, TicketLocked
from apps.tickets.models import CustomField, CustomFieldValue, Ticket
from tests.conftest import make_user
from tests.tickets.conftest import MANAGEMENT, PORTAL

pytestmark = pytest.mark.django_db


def test_it_takes_the_most_urgent_ticket_that_waited_longest(make_ticket, alice):
    late = make_ticket(priority="urgent")
    normal = make_ticket()
    make_ticket(priority="low")
    assert services.take_next(by=alice, face=MANAGEMENT) == late
    assert services.take_next(by=alice, face=MANAGEMENT) == normal
    assert services.take_next(by=alice, face=MANAGEMENT).agent == alice
    with pytest.raises(NothingToTake):
        services.take_next(by=alice, face=MANAGEMENT)


def test_it_takes_nothing_from_other_departments_nor_over_the_limit(make_ticket, sales, alice, bob, workshop):
    make_ticket()
    with pytest.raises(NothingToTake):
        services.take_next(by=bob, face=MANAGEMENT)
    Department.objects.filter(pk=sales.pk).update(max_tickets=1)
    services.take_next(by=alice, face=MANAGEMENT)
    other = make_ticket()
    with pytest.raises(LimitReached):
        services.take_next(by=alice, face=MANAGEMENT)
    with pytest.raises(LimitReached):
        services.take_ticket(ticket=other, by=alice, face=MANAGEMENT)
    with pytest.raises(LimitReached):
        services.assign_ticket(ticket=other, agent=alice, by=alice, face=MANAGEMENT)


def test_it_lets_only_managers_give_more_than_the_limit(make_ticket, sales, alice, bob, manager, workshop):
    Department.objects.filter(name__in=["Sales", "Workshop"]).update(max_tickets=1)
    Membership.objects.create(user=make_user("ann", Role.AGENT), department=sales)
    workshop.refresh_from_db()
    make_ticket(agent=alice)
    make_ticket(agent=bob, department=workshop)
    other, ann = make_ticket(), User.objects.get(username="ann")
    with pytest.raises(LimitReached, match="Alice has one"):
        services.assign_ticket(ticket=other, agent=alice, by=ann, face=MANAGEMENT)
    with pytest.raises(LimitReached, match="Bob has one"):
        services.transfer_ticket(ticket=other, department=workshop, agent=bob, by=ann, face=MANAGEMENT)
    assert Ticket.objects.get(pk=other.pk).agent is None
    assert services.assign_ticket(ticket=other, agent=alice, by=manager, face=MANAGEMENT).agent == alice


def test_it_lets_only_managers_take_tickets_from_others(ticket, alice, manager, sales):
    services.take_ticket(ticket=ticket, by=manager, face=MANAGEMENT)
    with pytest.raises(TakenAlready):
        services.take_ticket(ticket=ticket, by=alice, face=MANAGEMENT)
    with pytest.raises(NotAllowed):
        services.assign_ticket(ticket=ticket, agent=alice, by=alice, face=MANAGEMENT)
    services.assign_ticket(ticket=ticket, agent=alice, by=manager, face=MANAGEMENT)
    assert services.assign_ticket(ticket=ticket, agent=None, by=alice, face=MANAGEMENT).agent is None


def test_it_assigns_only_to_agents_of_the_department(ticket, alice, bob, carol, workshop):
    for person in (bob, carol):
        with pytest.raises(BadField):
            services.assign_ticket(ticket=ticket, agent=person, by=alice, face=MANAGEMENT)


def test_it_transfers_with_a_note_and_the_fields_of_the_same_name(ticket, alice, bob, workshop, sales):
    here, there = (CustomField.objects.create(department=d, name="Order", kind="number") for d in (sales, workshop))
    only_here = CustomField.objects.create(department=sales, name="Shop")
    services.change_fields(ticket=ticket, values={here.pk: "7", only_here.pk: "North"}, by=alice, face=MANAGEMENT)
    services.transfer_ticket(
        ticket=ticket, department=workshop, agent=bob, comment="Yours", priority="high", by=alice, face=MANAGEMENT
    )
    ticket.refresh_from_db()
    assert (ticket.department, ticket.agent, ticket.priority) == (workshop, bob, "high")
    assert ticket.messages.get(direction="note").kind == "transfer"
    values = {value.field: value.value for value in CustomFieldValue.objects.filter(ticket=ticket)}
    assert values == {there: "7", only_here: "North"}
    assert not Ticket.objects.visible_to(alice).exists()
    assert search.search(text="kettle", scopes=indexing.scopes_for(alice)) == []
    assert search.search(text="kettle", scopes=indexing.scopes_for(bob))
    assert search.search(text="yours", scopes=indexing.scopes_of_customer(ticket.customer)) == []


def test_it_transfers_only_to_departments_of_the_brand(ticket, alice, workshop, brand):
    from apps.brands.models import Brand

    workshop.brands.add(Brand.objects.create(name="Tidewater"))
    with pytest.raises(BadField):
        services.transfer_ticket(ticket=ticket, department=workshop, by=alice, face=MANAGEMENT)


def test_it_merges_and_leads_the_old_number_to_the_survivor(make_ticket, alice, carol):
    survivor, first, second = (make_ticket(subject=name, text=f"about {name}") for name in ("One", "Two", "Three"))
    services.merge_tickets(survivor=second, duplicates=[first], by=alice, face=MANAGEMENT)
    services.merge_tickets(survivor=survivor, duplicates=[second], by=alice, face=MANAGEMENT)
    first.refresh_from_db()
    survivor.refresh_from_db()
    assert first.merged_into == survivor
    assert (first.status, survivor.status, survivor.in_count) == ("locked", "active", 3)
    assert survivor.messages.count() == 3
    assert list(Ticket.objects.visible_to(alice).unmerged()) == [survivor]
    hits = search.search(text="about two", scopes=indexing.scopes_for(alice))
    assert [hit.group_id for hit in hits] == [survivor.pk]
    with pytest.raises(TicketLocked):
        services.add_customer_message(ticket=first, by=carol, text="x", face=PORTAL)
    with pytest.raises(TicketLocked):
        services.change_status(ticket=first, status="active", by=alice, face=MANAGEMENT)
    with pytest.raises(TicketLocked):
        services.merge_tickets(survivor=survivor, duplicates=[first], by=alice, face=MANAGEMENT)


def test_it_never_merges_tickets_of_different_customers(make_ticket, alice, dave):
    mine, other = make_ticket(), make_ticket(by=dave)
    guest, namesake = make_ticket(email="eve@example.com"), make_ticket(email="carol@example.com")
    for survivor, duplicate in ((mine, other), (mine, guest), (mine, namesake), (namesake, mine), (guest, namesake)):
        with pytest.raises(BadField):
            services.merge_tickets(survivor=survivor, duplicates=[duplicate], by=alice, face=MANAGEMENT)
    same = make_ticket(email="eve@example.com")
    with pytest.raises(BadField):  # anybody may have typed the address
        services.merge_tickets(survivor=guest, duplicates=[same], by=alice, face=MANAGEMENT)
    with pytest.raises(BadField):
        services.merge_tickets(survivor=mine, duplicates=[], by=alice, face=MANAGEMENT)


def test_it_merges_only_tickets_that_the_agent_may_work_on(make_ticket, alice, workshop, carol):
    with pytest.raises(NotAllowed):
        services.merge_tickets(
            survivor=make_ticket(), duplicates=[make_ticket(department=workshop)], by=alice, face=MANAGEMENT
        )


def test_it_keeps_tickets_when_memberships_go_and_people_for_as_long_as_history_names_them(ticket, alice, carol):
    services.reply_to_ticket(ticket=ticket, by=alice, text="Hello", face=MANAGEMENT)
    Membership.objects.all().delete()
    for person in (alice, carol):
        with pytest.raises(ProtectedError):
            person.delete()
    ticket.refresh_from_db()
    assert (ticket.agent, ticket.customer) == (alice, carol)
    assert [message.author_name for message in ticket.messages.order_by("pk")] == ["Carol", "Alice"]
    assert [event.actor_name for event in ticket.events.order_by("pk")] == ["Carol", "Alice"]


def test_it_never_makes_a_reply_of_a_note_that_is_merged(make_ticket, alice):
    older, survivor = make_ticket(), make_ticket()
    services.save_draft(ticket=survivor, by=alice, text="Hello Carol")
    services.save_draft(ticket=older, by=alice, text="We suspect fraud", kind="note")
    services.merge_tickets(survivor=survivor, duplicates=[older], by=alice, face=MANAGEMENT)
    draft = survivor.drafts.get()
    assert (draft.kind, draft.text) == ("note", "We suspect fraud\n\nHello Carol")
    assert Ticket.objects.get(pk=survivor.pk).created_at == older.created_at


def test_it_says_in_the_history_that_merging_made_a_ticket_active(make_ticket, alice):
    waiting, active = make_ticket(agent=alice, status="waiting"), make_ticket()
    services.merge_tickets(survivor=waiting, duplicates=[active], by=alice, face=MANAGEMENT)
    event = waiting.events.get(kind="status")
    assert (event.data["status"], event.actor) == (["waiting", "active"], alice)


def test_it_keeps_neither_time_nor_drafts_on_what_was_merged(make_ticket, alice):
    survivor, gone = make_ticket(), make_ticket()
    services.merge_tickets(survivor=survivor, duplicates=[gone], by=alice, face=MANAGEMENT)
    gone.refresh_from_db()
    with pytest.raises(TicketLocked):
        services.log_time(ticket=gone, by=alice, minutes=5, face=MANAGEMENT)
    with pytest.raises(TicketLocked):
        services.save_draft(ticket=gone, by=alice, text="Hello")
    assert not gone.time_logs.exists()
    assert not gone.drafts.exists()
