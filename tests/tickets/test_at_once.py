"""Two people act on the same ticket at the same moment, each on a connection of their own."""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from apps.notifications.models import Notification
from apps.tickets import services
from apps.tickets.errors import ReplyCrossed, TakenAlready, TicketError, TicketLocked
from apps.tickets.models import Message, Ticket, TicketEvent
from tests.tickets.conftest import MANAGEMENT, PORTAL

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave or raised, all started together on threads of their own."""
    results: list[object] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(20)
            results[place] = act()
        except (TicketError, DatabaseError) as error:  # compared by the test
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_it_gives_a_ticket_to_one_of_two_agents(make_ticket, alice, manager):
    for _ in range(3):
        ticket = make_ticket()
        results = at_once(
            *(
                lambda agent=agent, ticket=ticket: services.take_ticket(ticket=again(ticket), by=agent, face=MANAGEMENT)
                for agent in (alice, manager)
            )
        )
        assert sorted(type(result).__name__ for result in results) == ["TakenAlready", "Ticket"], results
        assert again(ticket).agent in (alice, manager)


def test_it_gives_two_agents_who_take_the_next_one_two_tickets(make_ticket, alice, manager):
    tickets = {make_ticket().pk for _ in range(6)}
    results = at_once(
        *(lambda agent=agent: services.take_next(by=agent, face=MANAGEMENT).pk for agent in [alice, manager] * 3)
    )
    assert set(results) == tickets


def test_it_keeps_both_replies_and_counts_them(ticket, alice, manager):
    at_once(
        *(
            lambda agent=agent: services.reply_to_ticket(
                ticket=again(ticket), by=agent, text=agent.username, face=MANAGEMENT
            )
            for agent in (alice, manager, alice, manager)
        )
    )
    assert again(ticket).out_count == 4
    assert Message.objects.filter(ticket=ticket, direction="out").count() == 4


def test_it_lets_no_reply_pass_a_customer_unseen(ticket, alice, carol):
    seen = ticket.messages.get().pk
    results = at_once(
        lambda: services.reply_to_ticket(
            ticket=again(ticket), by=alice, text="r", seen_message_id=seen, face=MANAGEMENT
        ),
        lambda: services.add_customer_message(ticket=again(ticket), by=carol, text="c", face=PORTAL),
    )
    order = list(ticket.messages.order_by("pk").values_list("direction", flat=True))
    assert order in (["in", "out", "in"], ["in", "in"])
    assert isinstance(results[0], ReplyCrossed) == (order == ["in", "in"])
    assert again(ticket).status == "active"


def test_it_loses_no_reply_to_a_merge(make_ticket, alice, manager):
    for _ in range(3):
        survivor, duplicate = make_ticket(), make_ticket()
        results = at_once(
            lambda duplicate=duplicate: services.reply_to_ticket(
                ticket=again(duplicate), by=alice, text="reply", face=MANAGEMENT
            ),
            lambda duplicate=duplicate, survivor=survivor: services.merge_tickets(
                survivor=again(survivor), duplicates=[again(duplicate)], by=manager, face=MANAGEMENT
            ),
        )
        replies = Message.objects.filter(ticket=survivor, direction="out").count()
        assert replies == (0 if isinstance(results[0], TicketLocked) else 1), results
        assert not Message.objects.filter(ticket=duplicate).exists()


def test_it_survives_two_merges_in_opposite_directions(make_ticket, alice, manager):
    one, two = make_ticket(), make_ticket()
    results = at_once(
        lambda: services.merge_tickets(survivor=again(one), duplicates=[again(two)], by=alice, face=MANAGEMENT),
        lambda: services.merge_tickets(survivor=again(two), duplicates=[again(one)], by=manager, face=MANAGEMENT),
    )
    assert sum(isinstance(result, TicketError) for result in results) == 1, results
    assert Ticket.objects.unmerged().count() == 1
    assert Ticket.objects.unmerged().get().messages.count() == 2


def test_it_moves_and_closes_in_one_order_or_the_other(ticket, alice, manager, sales, workshop):
    results = at_once(
        lambda: services.transfer_ticket(ticket=again(ticket), department=workshop, by=manager, face=MANAGEMENT),
        lambda: services.change_status(ticket=again(ticket), status="closed", by=alice, face=MANAGEMENT),
    )
    now = again(ticket)
    assert now.department == workshop
    assert (now.status == "closed") == (not isinstance(results[1], TicketError)), results
    kinds = list(TicketEvent.objects.filter(ticket=ticket).order_by("pk").values_list("kind", flat=True))
    assert kinds in (["opened", "status", "transferred"], ["opened", "transferred"])


def test_it_tells_of_a_follow_up_once_where_two_workers_find_it(ticket, alice):
    Ticket.objects.update(agent=alice, follow_up_at=timezone.now())
    at_once(*(lambda: services.announce_follow_up(ticket=again(ticket)) for _ in range(4)))
    assert [row.count for row in Notification.objects.filter(kind="ticket_follow_up")] == [1]


def test_it_sends_a_form_once_however_often_it_arrives(ticket, alice):
    import uuid

    client_id = uuid.uuid4()
    results = at_once(
        *(
            lambda: services.reply_to_ticket(
                ticket=again(ticket), by=alice, text="x", client_id=client_id, face=MANAGEMENT
            )
            for _ in range(4)
        )
    )
    assert len({getattr(result, "pk", result) for result in results}) == 1, results
    assert not isinstance(results[0], TakenAlready)
    assert again(ticket).out_count == 1


def test_it_opens_one_ticket_when_a_form_arrives_twice_at_once(brand, sales, carol):
    import uuid

    client_id = uuid.uuid4()
    form = {"brand": brand, "department": sales, "subject": "Once", "text": "x", "client_id": client_id}
    results = at_once(*(lambda: services.open_ticket(**form, by=carol, face=PORTAL).pk for _ in range(3)))
    assert len(set(results)) == 1, results
    assert Ticket.objects.count() == 1
