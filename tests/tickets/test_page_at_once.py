"""Requests to the ticket page that arrive at the same moment."""

import uuid

import pytest

from apps.tickets import services
from apps.tickets.models import Draft, Message, Ticket
from tests.tickets.conftest import MANAGEMENT
from tests.tickets.pages import TicketPage
from tests.tickets.test_at_once import again, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def reply(page: TicketPage, **fields: object):
    return lambda: page.ask("reply", **{"text": "Hello", "seen_message_id": 10**9, **fields})


def test_it_sends_one_reply_of_a_double_click(ticket, alice):
    client_id = str(uuid.uuid4())
    pages = [TicketPage(ticket, alice) for _ in range(3)]
    answers = at_once(*(reply(page, client_id=client_id) for page in pages))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.json()["message"] for answer in answers}) == 1
    assert Message.objects.filter(direction="out").count() == 1


def test_it_loses_no_reply_of_two_agents(ticket, alice, manager):
    at_once(reply(TicketPage(ticket, alice), text="A"), reply(TicketPage(ticket, manager), text="B"))
    assert sorted(ticket.messages.filter(direction="out").values_list("text", flat=True)) == ["A", "B"]


def test_it_sends_a_reply_before_a_merge_or_not_at_all(make_ticket, alice, manager):
    for _ in range(3):
        survivor, gone = make_ticket(), make_ticket()
        page = TicketPage(gone, alice)
        answer, _merged = at_once(
            reply(page, text="Late"),
            lambda survivor=survivor, gone=gone: services.merge_tickets(
                survivor=again(survivor), duplicates=[again(gone)], by=manager, face=MANAGEMENT
            ),
        )
        sent = Message.objects.filter(ticket=survivor, text="Late").count()
        assert (answer.status_code, sent) in ((200, 1), (409, 0))
        assert not Message.objects.filter(ticket=gone).exists()


def test_it_takes_a_reply_back_once(ticket, alice):
    page = TicketPage(ticket, alice)
    message = reply(page)().json()["message"]
    pages = [TicketPage(ticket, alice) for _ in range(2)]
    answers = at_once(*(lambda page=page: page.ask("undo", message) for page in pages))
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert Ticket.objects.get().out_count == 0
    assert Draft.objects.get().text == "Hello"


def test_it_keeps_one_of_two_drafts_and_warns_the_other_window(ticket, alice):
    pages = [TicketPage(ticket, alice) for _ in range(2)]
    version = pages[0].ask("draft", text="Start", kind="reply", known="").json()["version"]
    answers = at_once(
        *(
            lambda page=page, text=text: page.ask("draft", text=text, kind="reply", known=version)
            for page, text in zip(pages, ("One", "Two"), strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
