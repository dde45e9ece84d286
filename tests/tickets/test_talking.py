"""Replies, the customer's messages, notes, and taking a reply back."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Department, Membership
from apps.notifications.models import Notification
from apps.tickets import guests, services
from apps.tickets.errors import BadField, NotAllowed, ReplyCrossed, TicketLocked
from apps.tickets.models import Draft, Message, Ticket, TicketEvent
from tests.tickets.conftest import MANAGEMENT, PORTAL

pytestmark = pytest.mark.django_db


def test_it_replies_and_waits_for_the_customer(ticket, alice, carol):
    message = services.reply_to_ticket(ticket=ticket, by=alice, text="Plug it in.", cc=["B@x.org"], face=MANAGEMENT)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.agent, ticket.out_count) == ("waiting", alice, 1)
    assert ticket.first_replied_at is not None
    assert message.cc == ["b@x.org"]
    assert list(ticket.messages.visible_to_customer()) == [ticket.messages.first(), message]
    assert Notification.objects.filter(person=carol, kind="ticket_replied").count() == 1


@pytest.mark.parametrize("status", ["active", "closed", "locked"])
def test_it_replies_and_sets_another_status(ticket, alice, status):
    services.reply_to_ticket(ticket=ticket, by=alice, text="Done.", status=status, face=MANAGEMENT)
    ticket.refresh_from_db()
    assert ticket.status == status
    assert (ticket.closed_at is None) == (status == "active")


def test_it_saves_a_reply_once_when_it_is_sent_twice(ticket, alice):
    form = {"ticket": ticket, "by": alice, "text": "Hello", "client_id": uuid.uuid4(), "face": MANAGEMENT}
    assert services.reply_to_ticket(**form) == services.reply_to_ticket(**form)
    ticket.refresh_from_db()
    assert ticket.out_count == 1


def test_it_warns_when_the_customer_wrote_in_the_meantime(ticket, alice, carol):
    seen = ticket.messages.get().pk
    newer = services.add_customer_message(ticket=ticket, by=carol, text="It works now!", face=PORTAL)
    with pytest.raises(ReplyCrossed) as raised:
        services.reply_to_ticket(ticket=ticket, by=alice, text="Try this.", seen_message_id=seen, face=MANAGEMENT)
    assert raised.value.newer == [newer]
    assert ticket.messages.count() == 2
    services.reply_to_ticket(ticket=ticket, by=alice, text="Good.", seen_message_id=newer.pk, face=MANAGEMENT)
    assert ticket.messages.count() == 3


@pytest.mark.parametrize("hold_seconds", [0, 10])
def test_it_warns_when_another_agent_replied_in_the_meantime(ticket, alice, manager, hold_seconds):
    seen = ticket.messages.get().pk
    reply = {"ticket": ticket, "text": "Try this.", "face": MANAGEMENT}
    newer = services.reply_to_ticket(by=manager, hold_seconds=hold_seconds, **reply)
    with pytest.raises(ReplyCrossed, match="A colleague has replied") as raised:
        services.reply_to_ticket(by=alice, seen_message_id=seen, **reply)
    assert raised.value.newer == [newer]
    assert services.reply_to_ticket(by=alice, seen_message_id=newer.pk, **reply).pk


def test_a_reply_crosses_no_notes_and_none_of_ones_own(ticket, alice, manager):
    seen = ticket.messages.get().pk
    services.add_note(ticket=ticket, by=manager, text="A note", face=MANAGEMENT)
    for text in ("One more thing", "And another"):
        services.reply_to_ticket(ticket=ticket, by=alice, text=text, seen_message_id=seen, face=MANAGEMENT)
    assert ticket.messages.filter(direction="out").count() == 2


def test_it_holds_a_reply_back_and_takes_it_back(ticket, alice, carol):
    held = services.reply_to_ticket(ticket=ticket, by=alice, text="Oops", hold_seconds=10, face=MANAGEMENT)
    assert held not in ticket.messages.visible_to_customer()
    assert not Notification.objects.filter(person=carol).exists()
    draft = services.undo_reply(message=held, by=alice)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.agent, ticket.out_count, ticket.first_replied_at) == ("active", None, 0, None)
    assert (draft.text, draft.kind) == ("Oops", "reply")
    assert not Message.objects.filter(pk=held.pk).exists()


@pytest.mark.parametrize(("written_since", "kind"), [("reply", "reply"), ("note", "note")])
def test_it_puts_a_reply_that_is_taken_back_before_what_was_written_since(ticket, alice, written_since, kind):
    held = services.reply_to_ticket(
        ticket=ticket, by=alice, text="Oops", cc=["a@example.com"], hold_seconds=10, face=MANAGEMENT
    )
    services.save_draft(ticket=ticket, by=alice, text="Meanwhile", kind=written_since, cc=["b@example.com"])
    draft = services.undo_reply(message=held, by=alice)
    assert (draft.text, draft.kind, draft.cc) == ("Oops\n\nMeanwhile", kind, ["a@example.com", "b@example.com"])
    assert ticket.drafts.get() == draft


@pytest.mark.parametrize("html", ["<p>" + "long " * 20_001 + "</p>", "<b>x</b>" * 15_001, "<div>" * 50_000 + "deep"])
def test_it_refuses_html_whose_end_would_be_lost(ticket, alice, html):
    for text in ("", "The same in short"):
        with pytest.raises(BadField) as raised:
            services.reply_to_ticket(ticket=ticket, by=alice, text=text, html=html, face=MANAGEMENT)
        assert list(raised.value.errors) == ["html"]
    assert ticket.messages.count() == 1


def test_it_keeps_what_happened_after_a_reply_that_is_taken_back(ticket, alice, carol):
    held = services.reply_to_ticket(ticket=ticket, by=alice, text="Oops", hold_seconds=10, face=MANAGEMENT)
    services.change_status(ticket=ticket, status="locked", by=alice, face=MANAGEMENT)
    services.undo_reply(message=held, by=alice)
    assert Ticket.objects.get(pk=ticket.pk).status == "locked"


def test_it_counts_no_first_reply_that_was_taken_back_after_the_customer_wrote(ticket, alice, carol):
    held = services.reply_to_ticket(ticket=ticket, by=alice, text="Oops", hold_seconds=10, face=MANAGEMENT)
    services.add_customer_message(ticket=ticket, by=carol, text="Hello?", face=PORTAL)
    services.undo_reply(message=held, by=alice)
    assert Ticket.objects.get(pk=ticket.pk).first_replied_at is None


def test_it_cannot_take_back_what_the_customer_can_see_or_somebody_else_wrote(ticket, alice, manager, carol):
    held = services.reply_to_ticket(ticket=ticket, by=alice, text="Hello", hold_seconds=10, face=MANAGEMENT)
    with pytest.raises(NotAllowed):
        services.undo_reply(message=held, by=manager)
    Message.objects.filter(pk=held.pk).update(visible_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(services.SentAlready):
        services.undo_reply(message=held, by=alice)


def test_it_tells_the_customer_of_a_held_reply_once_even_where_its_job_was_lost(ticket, alice, carol):
    from apps.tickets.tasks import announce_held_replies

    held = services.reply_to_ticket(ticket=ticket, by=alice, text="Hello", hold_seconds=10, face=MANAGEMENT)
    announce_held_replies()
    assert not Notification.objects.filter(person=carol).exists()
    Message.objects.filter(pk=held.pk).update(visible_at=timezone.now())
    announce_held_replies()
    announce_held_replies()
    assert Notification.objects.get(person=carol).count == 1


@pytest.mark.parametrize("status", ["waiting", "closed"])
def test_it_makes_a_ticket_active_when_the_customer_answers(ticket, alice, carol, status):
    services.reply_to_ticket(ticket=ticket, by=alice, text="Is it on?", status=status, face=MANAGEMENT)
    services.add_customer_message(ticket=ticket, by=carol, text="Yes", face=PORTAL)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.closed_at, ticket.in_count) == ("active", None, 2)
    assert Notification.objects.filter(person=alice, kind="ticket_answered").exists()


def test_it_refuses_to_write_into_a_locked_ticket(ticket, alice, carol):
    services.change_status(ticket=ticket, status="locked", by=alice, face=MANAGEMENT)
    with pytest.raises(TicketLocked):
        services.add_customer_message(ticket=ticket, by=carol, text="But", face=PORTAL)
    with pytest.raises(TicketLocked):
        services.reply_to_ticket(ticket=ticket, by=alice, text="But", face=MANAGEMENT)
    with pytest.raises(TicketLocked):
        services.reopen_by_customer(ticket=ticket, by=carol, face=PORTAL)
    assert services.add_note(ticket=ticket, by=alice, text="Called.", face=MANAGEMENT).pk


def test_it_lets_only_the_customer_or_the_key_write_as_the_customer(ticket, make_ticket, dave, alice, carol):
    for person in (dave, alice):
        with pytest.raises(NotAllowed):
            services.add_customer_message(ticket=ticket, by=person, text="x", face=PORTAL)
    with pytest.raises(NotAllowed):
        services.add_customer_message(ticket=ticket, key=guests.link_key(ticket), text="x", face=PORTAL)
    guest = make_ticket(email="eve@example.com")
    with pytest.raises(NotAllowed):
        services.add_customer_message(ticket=guest, key="", text="x", face=PORTAL)
    with pytest.raises(NotAllowed):
        services.add_customer_message(ticket=guest, key=guests.link_key(ticket), text="x", face=PORTAL)
    assert services.add_customer_message(ticket=guest, key=guests.link_key(guest), text="x", face=PORTAL).pk


def test_it_refuses_agents_of_other_departments_everywhere(ticket, workshop, bob):
    acts = [
        lambda: services.reply_to_ticket(ticket=ticket, by=bob, text="x", face=MANAGEMENT),
        lambda: services.add_note(ticket=ticket, by=bob, text="x", face=MANAGEMENT),
        lambda: services.change_status(ticket=ticket, status="closed", by=bob, face=MANAGEMENT),
        lambda: services.change_priority(ticket=ticket, priority="high", by=bob, face=MANAGEMENT),
        lambda: services.change_subject(ticket=ticket, subject="x", by=bob, face=MANAGEMENT),
        lambda: services.change_pin(ticket=ticket, is_pinned=True, by=bob, face=MANAGEMENT),
        lambda: services.change_follow_up(ticket=ticket, at=timezone.now(), by=bob, face=MANAGEMENT),
        lambda: services.change_fields(ticket=ticket, values={}, by=bob, face=MANAGEMENT),
        lambda: services.take_ticket(ticket=ticket, by=bob, face=MANAGEMENT),
        lambda: services.assign_ticket(ticket=ticket, agent=bob, by=bob, face=MANAGEMENT),
        lambda: services.transfer_ticket(ticket=ticket, department=workshop, by=bob, face=MANAGEMENT),
        lambda: services.merge_tickets(survivor=ticket, duplicates=[ticket], by=bob, face=MANAGEMENT),
        lambda: services.log_time(ticket=ticket, by=bob, minutes=5, face=MANAGEMENT),
        lambda: services.save_draft(ticket=ticket, by=bob, text="x"),
    ]
    for act in acts[:-3]:
        with pytest.raises(NotAllowed):
            act()
    for act in acts[-2:]:
        with pytest.raises(NotAllowed):
            act()
    assert TicketEvent.objects.filter(ticket=ticket).count() == 1


def test_it_wants_a_resolution_before_closing_where_the_department_says_so(ticket, alice, carol, sales):
    Department.objects.filter(pk=sales.pk).update(requires_resolution=True)
    with pytest.raises(services.ResolutionMissing):
        services.change_status(ticket=ticket, status="closed", by=alice, face=MANAGEMENT)
    with pytest.raises(services.ResolutionMissing):
        services.reply_to_ticket(ticket=ticket, by=alice, text="Bye", status="closed", face=MANAGEMENT)
    services.add_note(ticket=ticket, by=alice, text="New fuse.", kind="resolution", face=MANAGEMENT)
    services.change_status(ticket=ticket, status="closed", by=alice, face=MANAGEMENT)
    services.reopen_by_customer(ticket=ticket, by=carol, face=PORTAL)
    assert services.close_by_customer(ticket=ticket, by=carol, face=PORTAL).status == "closed"


def test_it_keeps_a_draft_until_it_is_sent(ticket, alice):
    services.save_draft(ticket=ticket, by=alice, text="Dear Car")
    services.save_draft(ticket=ticket, by=alice, text="Dear Carol,", kind="note")
    assert Draft.objects.get().text == "Dear Carol,"
    services.reply_to_ticket(ticket=ticket, by=alice, text="Dear Carol, yes.", face=MANAGEMENT)
    assert not Draft.objects.exists()


def test_it_never_changes_history(ticket):
    event = ticket.events.get()
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    with pytest.raises(BadField):
        services.reply_to_ticket(ticket=ticket, by=ticket.department.members.first(), text=" ", face=MANAGEMENT)


@pytest.mark.parametrize("first", ["reply", "note"])
def test_it_never_takes_a_note_for_a_reply_that_was_sent_already(make_ticket, alice, first):
    ticket, sent = make_ticket(agent=alice), uuid.uuid4()

    def reply():
        services.reply_to_ticket(ticket=ticket, by=alice, text="Same words", client_id=sent, face=MANAGEMENT)

    def note():
        services.add_note(ticket=ticket, by=alice, text="Same words", client_id=sent, face=MANAGEMENT)

    before, after = (reply, note) if first == "reply" else (note, reply)
    before()
    with pytest.raises(NotAllowed):
        after()
    before()
    assert ticket.messages.filter(client_id=sent).count() == 1


@pytest.mark.parametrize("blank", ["\u200b", "\u200b\u2060", "\u2800", "\u3164", " \u00ad "])
def test_it_takes_nothing_to_see_for_nothing(make_ticket, alice, blank):
    ticket = make_ticket(agent=alice)
    with pytest.raises(BadField):
        services.change_subject(ticket=ticket, subject=blank, by=alice, face=MANAGEMENT)
    with pytest.raises(BadField):
        services.reply_to_ticket(ticket=ticket, by=alice, text=blank, face=MANAGEMENT)


def test_it_tells_nothing_of_a_ticket_to_an_agent_who_left_its_department(make_ticket, alice, sales):
    ticket = make_ticket(agent=alice)
    Membership.objects.filter(user=alice, department=sales).delete()
    services.add_customer_message(ticket=ticket, by=ticket.customer, text="Still there?", face=PORTAL)
    assert not Notification.objects.filter(person=alice).exists()
