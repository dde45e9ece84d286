"""The composer: replies, notes, taking back, drafts, canned replies."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.models import Department
from apps.tickets import services
from apps.tickets.attachments import store_upload
from apps.tickets.models import Attachment, CannedReply, Draft, Message, Ticket
from tests.tickets.conftest import MANAGEMENT, PORTAL
from tests.tickets.pages import TicketPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ticket: Ticket, alice) -> TicketPage:
    return TicketPage(ticket, alice)


def newest_message(page: TicketPage) -> str:
    return re.search(r'name="newest_message" value="(\d+)"', page.show().content.decode())[1]


def send(page: TicketPage, **fields: object):
    return page.ask(
        "reply", **{"text": "Try again", "status": "waiting", "seen_message_id": newest_message(page), **fields}
    )


def test_it_sends_a_reply_that_can_be_taken_back_for_some_seconds(page, alice):
    answer = send(page, cc="a@example.com, b@example.com", status="closed").json()
    message = Message.objects.get(pk=answer["message"])
    assert (message.text, message.cc, message.is_held) == ("Try again", ["a@example.com", "b@example.com"], True)
    assert answer["hold_seconds"] == 8
    assert Ticket.objects.get().status == "closed"
    assert "Not sent yet" in page.show().content.decode()
    html = page.client.post(answer["undo"]).content.decode()
    assert "Try again</textarea>" in html
    assert 'value="a@example.com, b@example.com"' in html
    assert not Message.objects.filter(pk=message.pk).exists()
    assert Ticket.objects.get().status == "active"


def test_it_says_that_a_reply_cannot_be_taken_back_any_more(page):
    answer = send(page).json()
    Message.objects.filter(pk=answer["message"]).update(visible_at=timezone.now())
    refused = page.client.post(answer["undo"], HTTP_ACCEPT="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "sent_already")
    assert Message.objects.filter(pk=answer["message"]).exists()


def test_it_gives_the_files_back_too(page, ticket, alice):
    upload = store_upload(upload=SimpleUploadedFile("label.txt", b"Return"), ticket=ticket, by=alice)
    answer = send(page, attachments=[upload.pk]).json()
    assert Attachment.objects.get().message_id == answer["message"]
    html = page.client.post(answer["undo"]).content.decode()
    assert "label.txt" in html
    assert Attachment.objects.get().message_id is None


def test_it_sends_once_whatever_is_clicked_twice(page):
    client_id = str(uuid.uuid4())
    first, second = (send(page, client_id=client_id).json() for _ in range(2))
    assert first["message"] == second["message"]
    assert Message.objects.filter(direction="out").count() == 1


def test_it_says_when_a_reply_had_arrived_before_it_was_changed(page):
    form = {"client_id": str(uuid.uuid4()), "seen_message_id": newest_message(page)}
    first = send(page, text="Try again ", **form).json()
    assert first["is_other"] is False
    assert send(page, text="Try again", **form).json()["is_other"] is False
    changed = send(page, text="Try again, please", **form).json()
    assert (changed["message"], changed["is_other"]) == (first["message"], True)
    assert changed["client_id"] != form["client_id"]


def test_it_shows_what_the_customer_wrote_before_a_crossed_reply_is_sent(page, ticket, carol):
    seen = newest_message(page)
    newer = services.add_customer_message(ticket=ticket, by=carol, text="Never <b>mind</b>!", face=PORTAL)
    answer = send(page, seen_message_id=seen)
    assert (answer.status_code, answer.json()["code"], answer.json()["newest"]) == (409, "reply_crossed", newer.pk)
    assert "Never &lt;b&gt;mind&lt;/b&gt;!" in answer.json()["html"]
    assert not Message.objects.filter(direction="out").exists()
    assert send(page, seen_message_id=answer.json()["newest"]).status_code == 200


def test_it_shows_which_colleague_replied_before_a_crossed_reply_is_sent(page, ticket, manager, carol):
    seen = newest_message(page)
    services.reply_to_ticket(ticket=ticket, by=manager, text="Warm it", hold_seconds=8, face=MANAGEMENT)
    answer = send(page, seen_message_id=seen).json()
    assert answer["code"] == "reply_crossed"
    assert "Mia replied too while you were writing." in answer["html"]
    assert "The customer" not in answer["html"]
    assert "Warm it" in answer["html"]
    services.add_customer_message(ticket=ticket, by=carol, text="Hello?", face=PORTAL)
    both = send(page, seen_message_id=seen).json()["html"]
    assert "The customer has written while you were writing." in both
    assert "Mia replied too while you were writing." in both


def test_it_says_what_is_wrong_and_sends_nothing(page, ticket, alice, sales):
    assert send(page, text=" ").json()["errors"] == {"text": "Write a message."}
    assert send(page, cc="nobody").json()["errors"]["cc"]
    assert send(page, status="odd").status_code == 422
    assert send(page, attachments=[12345]).status_code in (200, 422)
    Department.objects.update(requires_resolution=True)
    missing = send(page, status="closed")
    assert (missing.status_code, missing.json()["code"]) == (409, "resolution_missing")
    Message.objects.filter(direction="out").delete()
    services.change_status(ticket=Ticket.objects.get(), status="active", by=alice, face=MANAGEMENT)
    Ticket.objects.update(status="locked")
    locked = send(page)
    assert (locked.status_code, locked.json()["code"]) == (409, "ticket_locked")


def test_it_adds_notes_that_stay_inside(page, ticket):
    answer = page.ask("note", text="Broken thermostat", note_kind="resolution", client_id=str(uuid.uuid4()))
    assert answer.json()["undo"] == ""
    note = Message.objects.get(pk=answer.json()["message"])
    assert (note.direction, note.kind) == ("note", "resolution")
    assert note not in ticket.messages.visible_to_customer()
    assert page.ask("note", text="x", note_kind="odd").status_code == 422


def test_it_keeps_a_draft_and_shows_it_again(page, ticket, alice):
    answer = page.ask("draft", text="Dear <Carol>", kind="note", cc="a@example.com", known="")
    assert answer.json()["said"] == "Draft saved"
    html = page.show().content.decode()
    assert "Dear &lt;Carol&gt;</textarea>" in html
    assert 'data-kind="note"' in html
    assert f'data-version="{answer.json()["version"]}"' in html
    page.ask("draft", text="", kind="note", known=answer.json()["version"])
    assert not Draft.objects.exists()


def test_it_warns_before_a_draft_of_another_window_is_overwritten(page):
    version = page.ask("draft", text="First", kind="reply", known="").json()["version"]
    newer = page.ask("draft", text="Second", kind="reply", known=version).json()["version"]
    stale = page.ask("draft", text="Third", kind="reply", known=version)
    assert (stale.status_code, stale.json()) == (
        409,
        {"code": "draft_changed", "error": "This draft was changed in another window.", "version": newer},
    )
    assert Draft.objects.get().text == "Second"
    assert page.ask("draft", text="Second", kind="reply", known="").status_code == 200
    assert page.ask("draft", text="Third", kind="reply", known=version, force="1").status_code == 200
    assert Draft.objects.get().text == "Third"


def test_it_keeps_a_draft_after_the_one_that_a_window_knows_was_sent(page):
    version = page.ask("draft", text="First", kind="reply", known="").json()["version"]
    send(page, text="First")
    assert page.ask("draft", text="Second", kind="reply", known=version).status_code == 200
    assert Draft.objects.get().text == "Second"


def test_it_keeps_drafts_apart(page, ticket, manager):
    page.ask("draft", text="Alice's words", kind="reply")
    html = TicketPage(ticket, manager).show().content.decode()
    assert "Alice&#x27;s words" not in html


def test_it_bears_characters_that_no_database_keeps(page, alice):
    assert page.show("canned_replies", q="\0").status_code == 200
    assert page.show("canned_replies", q="a\0 b").status_code == 200
    assert page.ask("draft", text="Hello\0", cc="\0abc@example.com", known="").status_code == 200
    assert Draft.objects.get().cc == ["abc@example.com"]


def test_it_offers_canned_replies_that_fit_and_fills_them_in(page, ticket, sales, workshop):
    fitting = CannedReply.objects.create(
        title="Greeting", body="Hello {{ customer_name }}, {{ticket_number}} {{password}}"
    )
    foreign = CannedReply.objects.create(title="Workshop only", body="x", department=workshop)
    CannedReply.objects.create(title="Old", body="x", is_active=False)
    html = page.show("canned_replies").content.decode()
    assert "Greeting" in html
    assert "Workshop only" not in html
    assert "Old" not in html
    assert "Greeting" not in page.show("canned_replies", q="courier").content.decode()
    assert page.show("canned_reply", fitting.pk).json() == {"text": f"Hello Carol, {ticket.number} {{{{password}}}}"}
    assert page.show("canned_reply", foreign.pk).status_code == 404


def test_it_groups_canned_replies_by_category_with_the_tickets_language_first(page, ticket):
    Ticket.objects.update(language="de")
    for category in ("Delivery", "Repairs"):
        for language in ("en", "", "de"):
            CannedReply.objects.create(
                title=f"{category} {language or 'all'}", category=category, language=language, body="x"
            )
    html = page.show("canned_replies").content.decode()
    assert re.findall(r"<h3>(.*?)</h3>", html) == ["Delivery", "Repairs"]
    titles = re.findall(r'canned-title" dir="auto">(.*?)<', html)
    assert titles == [
        f"{category} {language}" for category in ("Delivery", "Repairs") for language in ("de", "all", "en")
    ]


def test_it_takes_back_only_what_is_ones_own_and_belongs_to_the_ticket(page, ticket, manager, make_ticket, alice):
    answer = send(page).json()
    assert TicketPage(ticket, manager).ask("undo", answer["message"]).status_code == 403
    other = make_ticket()
    assert TicketPage(other, alice).ask("undo", answer["message"]).status_code == 404
    assert page.ask("undo", ticket.messages.filter(direction="in").get().pk).status_code == 404
