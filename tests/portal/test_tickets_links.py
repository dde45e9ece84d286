"""Who reaches a ticket on the portal: its customer by account, or who has its link; nobody else learns of it."""

import re
import uuid

import pytest
from django.test import Client

from apps.tickets import services
from apps.tickets.guests import link_key
from apps.tickets.models import Message, Ticket
from apps.tickets.uploads import OPENED_TICKETS
from tests.conftest import signed_in
from tests.portal.builders import make_brand, page
from tests.tickets.conftest import MANAGEMENT

UNKNOWN = "000-00000-00"
ENDINGS = {"": "GET", "opened/": "GET", "news/": "GET", "close/": "POST", "reopen/": "POST", "claim/": "POST"}


@pytest.fixture
def guests(make_ticket):
    """A ticket without an account, with Carol's address."""
    return make_ticket(by=None, email="carol@example.com", name="Gina", subject="Of a guest", text="Secret words")


def link_of(ticket):
    return f"/tickets/{ticket.number}/?key={link_key(ticket)}"


def with_link(ticket, client=None):
    client = client or Client()
    assert client.get(link_of(ticket)).status_code == 302
    return client


def asked(client, number, ending, method):
    data = {"client_id": str(uuid.uuid4()), "text": "Mine!"} if method == "POST" else {}
    return getattr(client, method.lower())(f"/tickets/{number}/{ending}", data)


def shape(response):
    """What can be seen of an answer, without tokens and the number that was asked for."""
    text = response.content.decode()
    text = re.sub(r'value="\w{64}"|nonce="[^"]+"', "", text)
    return response.status_code, sorted(response.headers.items()), re.sub(r"\w{3}-\w{5}-\w{2}", "NUMBER", text)


def without_lengths(seen):
    status, headers, text = seen
    ignored = ("Content-Length", "Content-Security-Policy")
    return status, [(name, value) for name, value in headers if name not in ignored], text


@pytest.mark.parametrize("person", ["nobody", "carol", "dave", "alice", "manager", "admin", "other_link"])
@pytest.mark.parametrize("ending", [*ENDINGS, "answer"])
def test_what_is_not_theirs_looks_as_if_it_were_not_there(request, make_ticket, guests, brand, dave, person, ending):
    is_guest = person in ("nobody", "other_link")
    client = Client() if is_guest else signed_in(request.getfixturevalue(person))
    if person == "other_link":
        with_link(make_ticket(by=None, email="x@example.com"), client)
    foreign = [guests] if person == "carol" else [guests, make_ticket(subject="Of Carol")]
    method, end = ("POST", "") if ending == "answer" else (ENDINGS[ending], ending)
    before = list(Ticket.objects.order_by("pk").values())
    for ticket in foreign:
        there = without_lengths(shape(asked(client, ticket.number, end, method)))
        assert there == without_lengths(shape(asked(client, UNKNOWN, end, method)))
        assert there[0] == 404
    assert list(Ticket.objects.order_by("pk").values()) == before
    assert not Message.objects.filter(text="Mine!").exists()


def test_whoever_was_signed_out_while_writing_finds_what_they_wrote(ticket):
    written = {"text": "A <b>long</b> story", "attachments": ["12"]}
    answer = Client().post(f"/tickets/{ticket.number.lower()}/", written)
    assert answer.status_code == 404
    html = answer.content.decode()
    assert "A &lt;b&gt;long&lt;/b&gt; story</textarea>" in html
    assert "Files have to be attached again." in html
    assert f'data-kept-for="reply-{ticket.number}" hidden' in html
    assert f"?next=/tickets/{ticket.number}/" in html
    assert ticket.messages.count() == 1


@pytest.mark.parametrize("host", ["testserver", "kestrel.example"])
@pytest.mark.parametrize("person", ["owner", "guest"])
def test_it_is_reached_by_whose_it_is_under_every_brand(ticket, guests, carol, person, host):
    make_brand("Kestrel", "kestrel.example")
    headers = {"headers": {"host": host}}
    client = signed_in(carol) if person == "owner" else Client()
    mine = ticket if person == "owner" else guests
    if person == "guest":
        client.get(link_of(guests), **headers)
    for ending, method in ENDINGS.items():
        if ending != "claim/":
            response = client.generic(method, f"/tickets/{mine.number}/{ending}", **headers)
            assert response.status_code in (200, 302), ending
    response = client.post(f"/tickets/{mine.number}/", {"text": "Mine!", "client_id": uuid.uuid4()}, **headers)
    assert response.status_code == 302
    assert mine.messages.latest("pk").text == "Mine!"


def test_staff_see_on_the_portal_what_they_asked_for_themselves(make_ticket, alice, workshop):
    own = make_ticket(by=alice, customer=alice, department=workshop, subject="My own chair")
    assert "My own chair" in page(signed_in(alice), f"/tickets/{own.number}/")
    assert "My own chair" in page(signed_in(alice), "/tickets/")


# Links


def test_a_link_is_kept_in_the_session_and_out_of_the_address(guests):
    client = Client()
    response = client.get(link_of(guests))
    assert response["Location"] == f"/tickets/{guests.number}/"
    assert (response["Referrer-Policy"], response["Cache-Control"]) == ("no-referrer", "private, no-store")
    text = page(client, response["Location"])
    assert "Secret words" in text
    assert link_key(guests) in text
    assert Client().get(response["Location"]).status_code == 404


def test_a_link_takes_the_number_in_any_spelling(guests):
    address = link_of(guests).replace("-", "", 2).lower().replace(link_key(guests).lower(), link_key(guests))
    assert Client().get(address)["Location"] == f"/tickets/{guests.number}/"


@pytest.mark.parametrize("key", ["", "x", "ü", "\x00", "a" * 5000])
def test_a_wrong_key_looks_like_an_unknown_number(ticket, guests, key):
    shapes = []
    for number in (guests.number, ticket.number, UNKNOWN):
        response = Client().get(f"/tickets/{number}/", {"key": key})
        shapes.append(without_lengths(shape(response)))
    assert shapes[0] == shapes[1] == shapes[2]
    assert shapes[0][0] == 404
    assert Client().get("/tickets/nonsense/", {"key": key}).status_code == 404


def test_a_key_opens_one_ticket_only(make_ticket, ticket, guests):
    other = make_ticket(by=None, email="x@example.com")
    for foreign in (other, ticket):
        assert Client().get(f"/tickets/{foreign.number}/", {"key": link_key(guests)}).status_code == 404
        assert Client().get(link_of(ticket)).status_code == 404


def test_it_keeps_the_latest_twenty_links(make_ticket):
    tickets = [make_ticket(by=None, email="x@example.com") for _ in range(22)]
    client = Client()
    for ticket in tickets:
        with_link(ticket, client)
    with_link(tickets[2], client)
    kept = list(client.session[OPENED_TICKETS])
    assert kept == [one.number for one in [*tickets[3:], tickets[2]]][-20:]


def test_a_guest_answers_closes_and_opens_again(guests, alice):
    client = with_link(guests)
    services.reply_to_ticket(ticket=guests, by=alice, text="Use a fuse", face=MANAGEMENT)
    address = f"/tickets/{guests.number}/"
    assert "Use a fuse" in page(client, address)
    client.post(address, {"text": "It works", "client_id": uuid.uuid4()})
    message = guests.messages.latest("pk")
    assert (message.text, message.author, message.author_name) == ("It works", None, "Gina")
    for act, status in (("close/", "closed"), ("reopen/", "active")):
        client.post(address + act)
        assert Ticket.objects.get(pk=guests.pk).status == status


# Adding a ticket to an account


def test_who_has_the_link_adds_the_ticket_to_their_account(guests, dave):
    client = with_link(guests, signed_in(dave))
    assert "Add to my tickets" in page(client, f"/tickets/{guests.number}/")
    client.post(f"/tickets/{guests.number}/claim/")
    assert Ticket.objects.get(pk=guests.pk).customer == dave
    text = page(client, f"/tickets/{guests.number}/")
    assert "The ticket is among your tickets now" in text
    assert "Add to my tickets" not in text
    assert "key=" not in text
    assert "Of a guest" in page(client, "/tickets/")
    assert client.get(link_of(guests)).status_code == 302
    assert Client().get(link_of(guests)).status_code == 404


def test_a_link_survives_signing_in(guests, carol):
    client = with_link(guests)
    client.post("/login/", {"username": "carol", "password": "correct horse battery"})
    assert "Add to my tickets" in page(client, f"/tickets/{guests.number}/")


def test_staff_and_guests_add_nothing(guests, alice):
    for client in (with_link(guests, signed_in(alice)), with_link(guests)):
        assert "Add to my tickets" not in page(client, f"/tickets/{guests.number}/")
        assert client.post(f"/tickets/{guests.number}/claim/").status_code == 302
        assert Ticket.objects.get(pk=guests.pk).customer is None


# Merged tickets


def test_a_guest_learns_nothing_of_the_ticket_it_was_merged_into(make_ticket, guests):
    survivor = make_ticket(subject="Not for guests", by=None, email=guests.customer_email)
    client = with_link(guests)
    Ticket.objects.filter(pk=guests.pk).update(merged_into=survivor, status="locked")  # no service does this
    typed = {"text": "Where is it?", "client_id": uuid.uuid4()}
    sent = client.post(f"/tickets/{guests.number}/", typed)
    for response in (sent, client.get(f"/tickets/{guests.number}/"), client.post(f"/tickets/{guests.number}/close/")):
        assert response.status_code == 404
        text = response.content.decode()
        assert survivor.number not in text
        assert "Not for guests" not in text
    assert "Where is it?" in sent.content.decode()
    assert survivor.messages.count() == 1
