"""A customer reads a ticket and goes on with it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.notifications.services import unread_count
from apps.portal.tickets import conversation
from apps.tickets import services
from apps.tickets.guests import link_key
from apps.tickets.models import Attachment, CustomField, Message, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.portal.builders import make_brand, page
from tests.tickets.conftest import MANAGEMENT

EVIL = "<script>alert(1)</script>"


def at(ticket, ending=""):
    return f"/tickets/{ticket.number}/{ending}"


def answered(ticket, by, text="Use a fuse.", **changes):
    return services.reply_to_ticket(ticket=ticket, by=by, text=text, face=MANAGEMENT, **changes)


def typed(text="It works now.", **changes):
    return {"client_id": str(uuid.uuid4()), "text": text, **changes}


def status_of(ticket):
    return Ticket.objects.get(pk=ticket.pk).status


def test_it_shows_the_conversation(ticket, carol, alice):
    answered(ticket, alice, f"Use a fuse{EVIL}. See https://example.com/fuse")
    text = page(signed_in(carol), at(ticket))
    assert text.index("It stays cold.") < text.index("Use a fuse")
    assert EVIL not in text
    assert '<a href="https://example.com/fuse" rel="nofollow">' in text
    assert {name in text for name in ("The kettle is cold", ticket.number, "Sales", "Waiting for you", "Alice")} == {
        True
    }


def test_it_shows_no_notes_and_nothing_that_can_still_be_undone(ticket, carol, alice):
    services.add_note(ticket=ticket, by=alice, text="He is a liar", face=MANAGEMENT)
    held = answered(ticket, alice, "Wrong button", hold_seconds=30)
    text = page(signed_in(carol), at(ticket))
    assert "He is a liar" not in text
    assert "Wrong button" not in text
    Message.objects.filter(pk=held.pk).update(visible_at=timezone.now())
    assert "Wrong button" in page(signed_in(carol), at(ticket))


def test_it_shows_html_in_a_frame(ticket, carol, alice):
    message = answered(ticket, alice, html="<p>Use a <b>fuse</b></p><script>alert(1)</script>")
    text = page(signed_in(carol), at(ticket))
    frame = re.search(r"<iframe[^>]*>", text).group()
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert str(message.pk) in frame
    assert "<b>fuse" not in text


def test_it_shows_what_was_filled_in_and_nothing_that_is_for_agents(make_ticket, carol, sales, alice):
    order, secret = (
        CustomField.objects.create(department=sales, name=name, is_visible_to_customer=name == "Order")
        for name in ("Order", "Secret")
    )
    ticket = make_ticket(fields={order.pk: f"A-1{EVIL}"})
    services.change_fields(ticket=ticket, values={secret.pk: "thief"}, by=alice, face=MANAGEMENT)
    text = page(signed_in(carol), at(ticket))
    assert "A-1&lt;script&gt;" in text
    assert "thief" not in text


def test_it_shows_long_conversations_in_pages(ticket, carol):
    Message.objects.bulk_create(
        Message(ticket=ticket, direction="in", author=carol, author_name="Carol", text=f"[{number}]")
        for number in range(119)
    )
    client, shown = signed_in(carol), []
    address = at(ticket)
    for count in (50, 50, 20):
        text = page(client, address)
        said = re.findall(r"\[(\d+)\]|It stays cold", text)
        assert len(said) == count
        shown = said + shown
        earlier = re.search(r'href="(\?before=\d+)"', text)
        address = at(ticket) + earlier.group(1) if earlier else ""
    assert address == ""
    assert shown == ["", *(str(number) for number in range(119))]
    assert 'id="latest"' in page(client, at(ticket))
    assert 'name="text"' not in page(client, at(ticket, "?before=60"))
    for nonsense in ("x", "9" * 30, "-1", ""):
        assert client.get(at(ticket, f"?before={nonsense}&whole={nonsense}")).status_code == 200


def test_it_cuts_very_long_messages_and_shows_them_whole_on_request(make_ticket, carol):
    ticket = make_ticket(text="word " * 19_999 + "end")
    client = signed_in(carol)
    text = page(client, at(ticket))
    assert len(text) < 60_000
    whole = re.search(r'href="(\?whole=[^"]+)"', text).group(1).replace("&amp;", "&")
    assert "word end" in page(client, at(ticket, whole))


def test_it_names_the_brand_of_a_ticket_of_another_one(ticket, carol):
    make_brand("Kestrel", "kestrel.example")
    client = signed_in(carol)
    assert "<span>Fernhill</span>" not in page(client, at(ticket)).split("ticket-facts")[1]
    assert "<span>Fernhill</span>" in page(client, at(ticket), headers={"host": "kestrel.example"}).split("facts")[1]


def test_reading_the_ticket_is_reading_what_was_told_of_it(make_ticket, carol, alice, run_jobs):
    read, other = make_ticket(), make_ticket()
    for ticket in (read, other):
        answered(ticket, alice)
    run_jobs()
    assert unread_count(person=carol) == 2
    page(signed_in(carol), at(read))
    assert unread_count(person=carol) == 1


@pytest.mark.parametrize("spelled", ["00000000-00", "ooo-ooooo-oo", "0000000000"])
def test_it_takes_numbers_in_any_spelling(make_ticket, carol, spelled):
    make_ticket(number="000-00000-00")
    assert signed_in(carol).get(f"/tickets/{spelled}/")["Location"] == "/tickets/000-00000-00/"


# Answering


@pytest.mark.parametrize("before", ["active", "waiting", "closed"])
def test_an_answer_makes_the_ticket_active(make_ticket, carol, before):
    ticket = make_ticket(status=before)
    client = signed_in(carol)
    response = client.post(at(ticket), typed(files=[SimpleUploadedFile("fuse.txt", b"5 A")]))
    assert response["Location"] == at(ticket, "#latest")
    assert status_of(ticket) == "active"
    message = ticket.messages.latest("pk")
    assert (message.text, message.author, message.direction) == ("It works now.", carol, "in")
    assert [file.name for file in message.attachments.all()] == ["fuse.txt"]
    assert TicketEvent.objects.filter(ticket=ticket).latest("pk").face == "portal"
    assert "Your message is sent." in page(client, at(ticket))


def test_a_double_click_answers_once(ticket, carol):
    client, form = signed_in(carol), typed()
    for _ in range(2):
        assert client.post(at(ticket), form).status_code == 302
    client.post(at(ticket), {**form, "text": "One more thing."})
    assert [message.text for message in ticket.messages.order_by("pk")][1:] == ["It works now.", "One more thing."]


def test_a_double_click_does_not_miss_the_files_it_sent(ticket, carol):
    client = signed_in(carol)
    file = client.post("/tickets/uploads/", {"file": SimpleUploadedFile("fuse.txt", b"5 A")}).json()["id"]
    form = typed(attachments=[file])
    assert [client.post(at(ticket), form).status_code for _ in range(2)] == [302, 302]
    assert "A file is no longer here" in client.post(at(ticket), typed("Other", attachments=[file])).content.decode()
    assert ticket.messages.count() == 2


def test_it_keeps_an_answer_that_cannot_be_sent(ticket, carol):
    client = signed_in(carol)
    text = client.post(at(ticket), typed("", seen="x")).content.decode()
    assert "Write a message." in text
    files = [SimpleUploadedFile("fuse.txt", b"5 A"), SimpleUploadedFile("run.bat", b"x")]
    text = client.post(at(ticket), typed(f"kept{EVIL}", files=files)).content.decode()
    assert "“run.bat” is a program" in text
    assert "kept&lt;script&gt;" in text
    assert f'name="attachments" value="{Attachment.objects.get().pk}"' in text
    assert ticket.messages.count() == 1


def test_it_refuses_floods_of_answers_and_keeps_them(ticket, carol, monkeypatch):
    monkeypatch.setattr("apps.tickets.floods.ANSWERS", 1)
    client = signed_in(carol)
    assert client.post(at(ticket), typed()).status_code == 302
    response = client.post(at(ticket), typed("kept"))
    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert ">\nkept</textarea>" in response.content.decode()
    assert ticket.messages.count() == 2


def test_it_says_that_we_answered_meanwhile(ticket, carol, alice):
    client = signed_in(carol)
    seen = re.search(r'name="seen" value="([^"]+)"', page(client, at(ticket))).group(1)
    answered(ticket, alice)
    client.post(at(ticket), typed(seen=seen))
    assert "We had answered while you were writing" in page(client, at(ticket))
    client.post(at(ticket), typed("Thanks", seen=timezone.now().isoformat()))
    assert "We had answered" not in page(client, at(ticket))


def test_a_locked_ticket_says_so_and_offers_a_new_one(make_ticket, carol, sales):
    ticket = make_ticket(status="locked")
    text = page(signed_in(carol), at(ticket))
    assert "nobody can write here any more" in text
    assert 'name="text"' not in text
    address = re.search(r'href="(/tickets/new/\?[^"]+)"', text.split('id="again"')[1]).group(1).replace("&amp;", "&")
    form = page(signed_in(carol), address)
    assert 'value="Re: The kettle is cold"' in form


def test_an_answer_to_a_locked_ticket_comes_along_to_the_new_one(ticket, carol):
    client = signed_in(carol)
    Ticket.objects.filter(pk=ticket.pk).update(status="locked")
    text = client.post(at(ticket), typed("Still broken", files=[SimpleUploadedFile("a.txt", b"x")])).content.decode()
    assert "so your message was not sent" in text
    assert "Still broken" in text
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text.split('id="again"')[1]))
    assert ticket.messages.count() == 1
    text = client.post("/tickets/new/", {**form, "text": "Still broken"}).content.decode()
    assert {"Re: The kettle is cold" in text, "Still broken" in text, "a.txt" in text} == {True}
    assert Ticket.objects.count() == 1


# Closing and opening again


def test_it_closes_and_opens_again(ticket, carol):
    client = signed_in(carol)
    assert client.post(at(ticket, "close/"))["Location"] == at(ticket)
    assert status_of(ticket) == "closed"
    assert "The ticket is closed." in page(client, at(ticket))
    client.post(at(ticket, "reopen/"))
    assert status_of(ticket) == "active"
    assert "It is our turn" in page(client, at(ticket))


@pytest.mark.parametrize("act", ["close/", "reopen/"])
def test_it_leaves_a_locked_ticket_locked(make_ticket, carol, act):
    ticket = make_ticket(status="locked")
    client = signed_in(carol)
    client.post(at(ticket, act))
    assert status_of(ticket) == "locked"
    assert "closed and locked" in page(client, at(ticket)).split("<h1")[0]


@pytest.mark.parametrize("act", ["close/", "reopen/", "claim/"])
def test_it_changes_nothing_on_get(ticket, carol, act):
    assert signed_in(carol).get(at(ticket, act)).status_code == 405
    assert status_of(ticket) == "active"


@pytest.mark.parametrize("act", ["", "close/", "reopen/", "claim/"])
def test_it_wants_a_token_against_forgery(ticket, carol, act):
    client = Client(enforce_csrf_checks=True)
    client.force_login(carol)
    refused = client.post(at(ticket, act), typed(text="Two lines <b>\nof text"))
    assert refused.status_code == 403
    assert "Two lines &lt;b&gt;\nof text</textarea>" in refused.content.decode()  # nothing typed is lost
    assert ticket.messages.count() == 1


# Looking for news


def news(client, ticket, after):
    return client.get(at(ticket, "news/"), {"after": after})


def test_it_tells_of_new_answers(ticket, carol, alice):
    client = signed_in(carol)
    after = re.search(r'data-after="([^"]+)"', page(client, at(ticket))).group(1)
    assert news(client, ticket, after).json() == {"answer": False, "status": "active"}
    services.add_note(ticket=ticket, by=alice, text="For us", face=MANAGEMENT)
    held = answered(ticket, alice, hold_seconds=30)
    assert news(client, ticket, after).json()["answer"] is False
    Message.objects.filter(pk=held.pk).update(visible_at=timezone.now())
    assert news(client, ticket, after).json() == {"answer": True, "status": "waiting"}
    after = re.search(r'data-after="([^"]+)"', page(client, at(ticket))).group(1)
    assert news(client, ticket, after).json()["answer"] is False
    for nonsense in ("", "x", "2026-99-99T00:00", "2026-11-21T10:00"):
        assert news(client, ticket, nonsense).json()["answer"] is False


def test_it_does_not_take_an_old_answer_for_a_new_one(ticket, carol, alice):
    old = answered(ticket, alice)
    Message.objects.filter(pk=old.pk).update(visible_at=timezone.now() - timedelta(days=2))
    Message.objects.bulk_create(
        Message(ticket=ticket, direction="in", author=carol, text=f"[{number}]") for number in range(60)
    )
    client = signed_in(carol)
    after = re.search(r'data-after="([^"]+)"', page(client, at(ticket))).group(1)
    assert news(client, ticket, after).json()["answer"] is False


@pytest.mark.parametrize("moment", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_moments_beyond_the_calendar_are_none(ticket, carol, alice, moment):
    answered(ticket, alice)
    client = signed_in(carol)
    assert news(client, ticket, moment).json()["answer"] is False
    assert client.post(at(ticket), typed(seen=moment)).status_code == 302
    assert "We had answered" not in page(client, at(ticket))


def test_it_limits_looking_for_news(ticket, carol, monkeypatch):
    monkeypatch.setattr(conversation, "LOOKS", 2)
    client = signed_in(carol)
    assert [news(client, ticket, "").status_code for _ in range(3)] == [200, 200, 429]


def test_it_counts_what_guests_ask_and_write_by_network(make_ticket, monkeypatch):
    monkeypatch.setattr(conversation, "LOOKS", 1)
    monkeypatch.setattr("apps.tickets.floods.ANSWERS", 1)
    ticket = make_ticket(by=None, email="gina@example.com", name="Gina")
    asked, answered = [], []
    for address in ("2001:db8:1:2::a", "2001:db8:1:2:ffff::b", "2001:db8:1:3::a"):
        guest = Client(REMOTE_ADDR=address)
        guest.get(at(ticket, f"?key={link_key(ticket)}"))
        asked.append(news(guest, ticket, "").status_code)
        answered.append(guest.post(at(ticket), typed()).status_code)
    assert asked == [200, 429, 200]
    assert answered == [302, 429, 302]


def test_nothing_keeps_the_page(ticket, carol):
    client = signed_in(carol)
    for address in (at(ticket), at(ticket, "news/"), "/tickets/"):
        response = client.get(address)
        assert response["Cache-Control"] == "private, no-store"
        assert response["Referrer-Policy"] == "same-origin"


# Merged tickets


def test_a_merged_ticket_leads_to_the_one_it_lives_on_in(make_ticket, carol, manager):
    survivor, gone = make_ticket(subject="The survivor"), make_ticket(subject="The duplicate")
    services.merge_tickets(survivor=survivor, duplicates=[gone], by=manager, face=MANAGEMENT)
    client = signed_in(carol)
    assert client.get(at(gone))["Location"] == at(survivor)
    client.post(at(gone), typed("Sent from an old page"))
    assert survivor.messages.latest("pk").text == "Sent from an old page"
    assert client.post(at(gone, "close/"))["Location"] == at(survivor)
