"""What the ticket page shows, and to whom."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Department, User
from apps.tickets import services
from apps.tickets.attachments import store_upload
from apps.tickets.models import CustomField, Message, Ticket, TicketEvent, TimeLog
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT, PORTAL
from tests.tickets.pages import TicketPage

pytestmark = pytest.mark.django_db
HOSTILE = '<img src=x onerror=alert(1)> {{ 7*7 }} <div hx-get="/" x-data="{}">'


def write(ticket: Ticket, count: int) -> None:
    now = timezone.now()
    Message.objects.bulk_create(
        Message(ticket=ticket, direction="in", author_name="Carol", text=f"number {n}.", created_at=now)
        for n in range(count)
    )


def shown_numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r"number (\d+)\.", html)]


def test_it_shows_the_conversation_with_who_wrote_what(ticket, alice, carol):
    services.reply_to_ticket(ticket=ticket, by=alice, text="Try again", cc=["boss@example.com"], face=MANAGEMENT)
    services.add_note(ticket=ticket, by=alice, text="It is broken", kind="resolution", face=MANAGEMENT)
    html = TicketPage(ticket, alice).show().content.decode()
    for text in ("It stays cold.", "Try again", "boss@example.com", "It is broken", "Note: Resolution", ticket.number):
        assert text in html
    assert html.index("It is broken") < html.index("Try again") < html.index("It stays cold.")


def test_it_remembers_which_messages_a_person_wants_first(ticket, alice):
    services.add_note(ticket=ticket, by=alice, text="The newest", face=MANAGEMENT)
    page = TicketPage(ticket, alice)
    page.post("order", order="oldest")
    html = page.show().content.decode()
    assert html.index("It stays cold.") < html.index("The newest") < html.index('id="composer"')
    page.post("order", order="newest")
    html = page.show().content.decode()
    assert html.index('id="composer"') < html.index("The newest") < html.index("It stays cold.")


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_it_shows_the_newest_messages_and_earlier_ones_when_asked(ticket, alice, order):
    write(ticket, 120)
    page = TicketPage(ticket, alice)
    page.post("order", order=order)
    html = page.show().content.decode()
    assert sorted(shown_numbers(html)) == list(range(70, 120))
    seen = []
    while found := re.search(r'hx-get="([^"]*/earlier/\d+/)"', html):
        html = page.client.get(found[1]).content.decode()
        assert shown_numbers(html) == sorted(shown_numbers(html), reverse=order == "newest")
        seen += shown_numbers(html)
    assert sorted(seen) == list(range(70))


def test_it_refreshes_all_that_is_shown_and_nothing_twice(ticket, alice, carol):
    write(ticket, 60)
    page = TicketPage(ticket, alice)
    html = page.show().content.decode()
    start = re.search(r'name="from" value="(\d+)"', html)[1]
    services.add_customer_message(ticket=ticket, by=carol, text="number 60.", face=PORTAL)
    parts = page.show("parts", **{"from": start}).content.decode()
    assert shown_numbers(parts) == list(range(60, 9, -1))
    assert parts.count('hx-swap-oob="true"') == 5
    assert 'id="composer"' not in parts


def test_it_asks_for_a_new_page_where_too_much_happened(ticket, alice):
    start = ticket.messages.get().pk
    write(ticket, 400)
    assert TicketPage(ticket, alice).show("parts", **{"from": start}).headers["HX-Refresh"] == "true"


def test_it_escapes_everything_that_people_type(make_ticket, sales, alice, manager):
    alice.display_name = HOSTILE[:90]
    alice.save()
    CustomField.objects.create(department=sales, name=HOSTILE[:80], kind="choice", choices=f"{HOSTILE}\nother")
    ticket = make_ticket(
        subject=HOSTILE, text=f"{HOSTILE}\n> {HOSTILE}", by=None, name=HOSTILE, email="eve@example.com"
    )
    other = make_ticket(subject=HOSTILE, by=None, name=HOSTILE, email="eve@example.com")
    services.take_ticket(ticket=ticket, by=alice, face=MANAGEMENT)
    services.log_time(ticket=ticket, by=alice, minutes=5, subject=HOSTILE, face=MANAGEMENT)
    services.add_note(ticket=ticket, by=alice, text=HOSTILE, face=MANAGEMENT)
    services.save_draft(ticket=ticket, by=manager, text=HOSTILE)
    page = TicketPage(ticket, manager)
    answers = [page.show(name) for name in ("change", "parts", "history", "show_merge", "show_transfer", "time")]
    answers.append(page.post("merge", tickets=[other.pk]))
    for answer in answers:
        html = answer.content.decode()
        assert "<img src=x" not in html
        assert "<div hx-get" not in html
        assert ">49<" not in html


def test_it_folds_quotations_and_links_addresses(make_ticket, alice):
    ticket = make_ticket(text="See https://example.com/a?b=1&c=2.\n> quoted\n> more\njavascript:alert(1)")
    html = TicketPage(ticket, alice).show().content.decode()
    assert 'href="https://example.com/a?b=1&amp;c=2"' in html
    assert '<details class="quoted">' in html
    assert "2 quoted lines" in html
    assert 'href="javascript' not in html


def test_it_shows_the_beginning_of_a_very_long_message(make_ticket, alice):
    ticket = make_ticket(text="a " * 20_000 + "the end")
    page = TicketPage(ticket, alice)
    assert "the end" not in page.show().content.decode()
    assert "the end" in page.show("message", ticket.messages.get().pk).content.decode()


def test_it_frames_messages_in_html(ticket, alice, carol):
    message = services.add_customer_message(ticket=ticket, by=carol, text="", html="<p>Hi <b>you</b></p>", face=PORTAL)
    html = TicketPage(ticket, alice).show().content.decode()
    assert f"/management/tickets/messages/{message.pk}/" in html
    assert "<b>you</b>" not in html


def test_it_shows_other_tickets_of_the_customer_that_the_agent_sees(make_ticket, workshop, sales, alice, bob):
    ticket = make_ticket()
    make_ticket(subject="Also in Sales")
    make_ticket(subject="In the Workshop", department=workshop)
    html = TicketPage(ticket, alice).show().content.decode()
    assert "Also in Sales" in html
    assert "In the Workshop" not in html


def test_it_knows_customers_without_an_account_by_their_address(make_ticket, alice):
    ticket = make_ticket(email="eve@example.com", name="Eve")
    make_ticket(email="eve@example.com", name="Eve", subject="Eve's second")
    make_ticket(email="adam@example.com", name="Adam", subject="Adam's")
    html = TicketPage(ticket, alice).show().content.decode()
    assert "Eve&#x27;s second" in html
    assert "Adam&#x27;s" not in html
    assert "Without an account" in html


def test_it_tells_the_history_in_sentences(ticket, sales, workshop, alice, manager, carol):
    services.take_ticket(ticket=ticket, by=alice, face=MANAGEMENT)
    services.reply_to_ticket(ticket=ticket, by=alice, text="Hello", face=MANAGEMENT)
    services.change_priority(ticket=ticket, priority="high", by=alice, face=MANAGEMENT)
    services.assign_ticket(ticket=ticket, agent=manager, by=alice, face=MANAGEMENT)
    services.transfer_ticket(ticket=ticket, department=sales, by=manager, face=MANAGEMENT)
    html = TicketPage(ticket, alice).show("history").content.decode()
    for sentence in (
        "Carol opened the ticket",
        "Alice took the ticket",
        "Status: Active → Waiting",
        "Alice changed the priority from Normal to High",
        "Alice gave the ticket to Mia",
        "Mia transferred the ticket from Sales to Sales",
        "Agent: Mia → nobody",
    ):
        assert sentence in html


@pytest.mark.parametrize("kept", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "someday"])
def test_it_shows_a_history_of_moments_beyond_the_calendar(ticket, alice, kept):
    TicketEvent.objects.create(
        ticket=ticket,
        kind="follow_up",
        actor=alice,
        actor_name="Alice",
        face=MANAGEMENT,
        data={"follow_up": [None, kept]},
    )
    html = unescape(TicketPage(ticket, alice).show("history").content.decode())
    assert f"Alice set the follow-up to {kept}" in html


def test_it_leads_from_a_merged_ticket_to_the_one_that_stays(make_ticket, alice, manager, bob, workshop):
    gone, survivor = make_ticket(), make_ticket()
    services.merge_tickets(survivor=survivor, duplicates=[gone], by=alice, face=MANAGEMENT)
    answer = signed_in(alice).get(TicketPage(gone, alice).address(), follow=True)
    assert answer.redirect_chain == [(TicketPage(survivor, alice).address(), 302)]
    assert f"{gone.number} was merged into this ticket." in answer.content.decode()
    Ticket.objects.filter(pk=survivor.pk).update(department=workshop)
    assert TicketPage(gone, alice).show().status_code == 404


@pytest.fixture
def reader(alice: User) -> User:
    """Alice may look, and nothing else."""
    alice.groups.clear()
    alice.user_permissions.set([Permission.objects.get(codename="view_ticket")])
    return User.objects.get(pk=alice.pk)


def test_it_shows_a_reader_the_page_without_controls(ticket, reader):
    page = TicketPage(ticket, reader)
    html = page.show().content.decode()
    assert "It stays cold." in html
    for control in ('id="composer"', "act-close", "act-transfer", "act-merge", "pick-status", "edit-subject"):
        assert control not in html
    assert page.post("status", value="closed").status_code == 403
    assert page.ask("reply", text="No").status_code == 403
    assert page.ask("pulse").status_code == 200


def test_it_needs_as_many_queries_for_ten_messages_as_for_a_thousand(make_ticket, sales, alice):
    numbers = []
    for count in (10, 1000):
        ticket = make_ticket(agent=alice)
        write(ticket, count)
        for n in range(count // 10):
            TimeLog.objects.create(ticket=ticket, agent=alice, agent_name="Alice", minutes=n + 1)
            CustomField.objects.create(department=sales, name=f"{count} {n}", kind="text")
            make_ticket(subject=f"{count} {n}")
        store_upload(upload=SimpleUploadedFile("label.txt", b"Return"), ticket=ticket, by=alice)
        services.save_draft(ticket=ticket, by=alice, text="Dear Carol")
        cache.clear()  # the number in the sidebar is counted, too
        page = TicketPage(ticket, alice)
        with CaptureQueriesContext(connection) as queries:
            html = page.show().content.decode()
        assert "label.txt" in html
        assert "Dear Carol" in html
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 15, "\n".join(query["sql"][:150] for query in queries)


@pytest.mark.parametrize("number", ["999999", "0", "abc", "9" * 40, "1_2", "٣", "1/history"])
def test_it_knows_no_such_ticket(ticket, alice, number):
    assert signed_in(alice).get(f"/management/tickets/ticket/{number}/change/").status_code == 404
    assert Department.objects.exists()
