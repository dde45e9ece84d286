"""Finding tickets by number, words or customer from the lists' search field."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Membership
from apps.core.search import services as index
from apps.tickets import services
from apps.tickets.models import Ticket
from apps.tickets.numbers import number_of
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT
from tests.tickets.pages import TicketPage

pytestmark = pytest.mark.django_db
LIST = "/management/tickets/ticket/"


def search(client, words, **more):
    return client.get(LIST, {"q": words, **more})


def found(page):
    """The ids of the tickets on a page of results."""
    return [
        int(pk) for pk in re.findall(r'class="ticket-link" href="/management/tickets/ticket/(\d+)/change/"', page.text)
    ]


@pytest.mark.parametrize("spelling", ["{}", " {} ", "#{}", "[{}]", "Ticket {}", "Re: [#{}] your kettle"])
def test_it_leads_to_the_ticket_of_a_number(ticket, alice, spelling):
    client = signed_in(alice)
    for number in (
        ticket.number,
        ticket.number.lower(),
        ticket.number.replace("-", ""),
        ticket.number.replace("-", " "),
        ticket.number.replace("-", "\u2011"),
        ticket.number.replace("0", "o"),
    ):
        answer = search(client, spelling.format(number))
        assert answer["Location"] == f"{LIST}{ticket.pk}/change/", number


def test_it_leads_from_a_merged_ticket_to_the_one_that_stays(make_ticket, alice):
    stays, goes = make_ticket(), make_ticket()
    services.merge_tickets(survivor=stays, duplicates=[goes], by=alice, face=MANAGEMENT)
    assert search(signed_in(alice), goes.number)["Location"] == f"{LIST}{stays.pk}/change/"


def test_it_says_the_same_of_foreign_and_unknown_numbers(make_ticket, alice, workshop):
    foreign = make_ticket(department=workshop, subject="Secret")
    goes = make_ticket(department=workshop)
    Ticket.objects.filter(pk=goes.pk).update(merged_into=foreign, status="locked")
    unknown = number_of(12345)
    client, pages = signed_in(alice), []
    for number in (foreign.number, goes.number, unknown):
        page = search(client, number)
        assert page.status_code == 200
        assert f"There is no ticket {number}, or it is not yours to see." in page.text
        pages.append(re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page.text.replace(number, "N")))
    assert len(set(pages)) == 1


def test_it_says_that_a_number_has_a_typing_error(ticket, alice):
    wrong = ticket.number[:-1] + ("A" if ticket.number[-1] != "A" else "B")
    page = search(signed_in(alice), wrong).text
    assert f"{wrong} cannot be a ticket number: there is a typing error in it." in page
    assert "Nothing found" not in page


def test_it_takes_words_of_ten_letters_for_words(make_ticket, alice):
    ticket = make_ticket(subject="Helicopter")
    page = search(signed_in(alice), "helicopter")
    assert found(page) == [ticket.pk]
    assert "ticket number" not in page.text


def test_it_finds_words_in_subjects_and_messages_and_marks_them(make_ticket, alice):
    in_subject = make_ticket(subject="A cold kettle", text="Please help")
    in_text = make_ticket(subject="Question", text="Before. <b>My kettle</b> is cold. After.")
    noted = make_ticket(subject="Another", text="Nothing here")
    services.add_note(ticket=noted, by=alice, text="His kettle, too", face=MANAGEMENT)
    page = search(signed_in(alice), "kettle")
    assert found(page) == [noted.pk, in_text.pk, in_subject.pk]
    assert "A cold <mark>kettle</mark>" in page.text
    assert "&lt;b&gt;My <mark>kettle</mark>&lt;/b&gt; is cold." in page.text
    assert "His <mark>kettle</mark>, too" in page.text
    assert found(search(signed_in(alice), '"is cold"')) == [in_text.pk]
    assert found(search(signed_in(alice), "kettle -cold")) == [noted.pk]


def test_it_finds_customers_on_top_and_leads_to_their_tickets(make_ticket, alice, dave, carol):
    ticket = make_ticket()
    make_ticket(by=dave)
    page = search(signed_in(alice), "carol").text
    assert "Customers" in page
    assert "carol@example.com" in page
    assert "dave@example.com" not in page
    address = re.search(r'found-customers">\s*<li><a href="([^"]*)"', page)[1].replace("&amp;", "&")
    assert address == f"{LIST}?view=all&customer={carol.pk}"
    rows = signed_in(alice).get(address).text
    assert ticket.number in rows
    assert "Customer: <bdi>Carol</bdi>" in rows


def test_it_finds_only_what_is_theirs(make_ticket, admin, alice, bob, carol, dave, workshop, manager):
    own = make_ticket(text="The secret word is Quetzal")
    foreign = make_ticket(text="The secret word is Quetzal", department=workshop, by=dave)
    sees = {alice: [own.pk], manager: [own.pk], bob: [foreign.pk], admin: [foreign.pk, own.pk]}
    for person, pks in sees.items():
        assert found(search(signed_in(person), "quetzal")) == pks, person
    assert "dave@example.com" not in search(signed_in(alice), "dave").text
    assert Client().get(LIST, {"q": "quetzal"}).status_code == 302
    assert search(signed_in(carol), "quetzal").status_code == 403


def test_it_looks_in_one_department(make_ticket, alice, bob, admin, manager, sales, workshop):
    Membership.objects.create(department=workshop, user=manager)
    own, other = make_ticket(subject="Red kettle"), make_ticket(subject="Blue kettle", department=workshop)
    for person, department, expected in [
        (admin, workshop.pk, [other.pk]),
        (admin, sales.pk, [own.pk]),
        (admin, "none", [other.pk, own.pk]),
        (alice, workshop.pk, [own.pk]),  # not hers: as if it were not there
        (bob, workshop.pk, [other.pk]),
        (manager, workshop.pk, [other.pk]),
        (manager, sales.pk, [own.pk]),
    ]:
        assert found(search(signed_in(person), "kettle", department=department)) == expected
    page = search(signed_in(admin), "blue", department=sales.pk)
    assert "Nothing found for “blue” in this department" in page.text
    assert 'href="/management/tickets/ticket/?q=blue"' in page.text
    assert f'<option value="{sales.pk}" selected>Sales</option>' in page.text


def test_it_keeps_to_the_department_from_page_to_page(make_ticket, admin, workshop, sales):
    own = [make_ticket(subject="Kettle", department=at).pk for at in (sales, workshop) * 26][::2]
    client = signed_in(admin)
    first = search(client, "kettle", department=sales.pk)
    older = html.unescape(re.search(r'rel="next" href="([^"]+)"', first.text)[1])
    assert found(first) + found(client.get(older)) == own[::-1]


def test_it_does_not_believe_the_index(make_ticket, alice, workshop, dave, sales):
    """Whatever the index says: who may not see a ticket does not find it."""
    foreign = make_ticket(text="Quetzal", department=workshop, by=dave)
    message = foreign.messages.get()
    for kind, pk in (("ticket", foreign.pk), ("message", message.pk)):
        index.index(kind=kind, object_id=pk, group_id=foreign.pk, scopes=[f"d{sales.pk}"], text="Quetzal")
    index.index(kind="customer", object_id=dave.pk, group_id=dave.pk, scopes=[f"d{sales.pk}"], text="Quetzal Dave")
    page = search(signed_in(alice), "quetzal")
    assert found(page) == []
    assert "dave@example.com" not in page.text
    assert foreign.subject not in page.text
    own = make_ticket(text="Quetzal")
    newer = TicketPage(own, alice).show("next", q="quetzal")
    assert newer.url == TicketPage(own, alice).address()  # there is nothing to step to


def test_it_pages_through_what_it_found(make_ticket, alice):
    tickets = [make_ticket(subject=f"Kettle {n}").pk for n in range(30)]
    client = signed_in(alice)
    page = search(client, "kettle")
    first = found(page)
    older = re.search(r'rel="next" href="([^"]*)"', page.text)[1].replace("&amp;", "&")
    second = client.get(older)
    assert first + found(second) == tickets[::-1]
    assert 'rel="next"' not in second.text
    assert "Customers" not in second.text


@pytest.mark.parametrize(
    "words",
    ['"', "-", "(", "*", "a:b", "x' OR 1=1", "<script>alert(1)</script>", "\x00", "…", "🙂", "日本", "w " * 500],
)
def test_it_takes_whatever_is_typed(ticket, alice, words):
    page = search(signed_in(alice), words)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    for before in ("x", "-1", "9" * 40, "0"):
        assert search(signed_in(alice), words, before=before).status_code == 200


def test_it_is_offered_by_the_search_over_all_pages(ticket, alice, admin):
    page = signed_in(alice).get("/management/search/", {"s": "cold <b>"}).text
    assert f'href="{LIST}?q=cold+%3Cb%3E"' in page
    assert "Search tickets for “cold &lt;b&gt;”" in page
    assert ticket.subject not in page
    alice.groups.clear()
    assert f"{LIST}?q=" not in signed_in(alice).get("/management/search/", {"s": "other"}).text


def test_it_asks_at_most_fifteen_questions(make_ticket, alice):
    client, asked = signed_in(alice), []
    for count in (30, 60):
        for n in range(count):
            make_ticket(subject=f"Kettle {n}")
        client.get(LIST, {"q": "kettle"})
        with CaptureQueriesContext(connection) as queries:
            assert len(found(search(client, "kettle"))) == 25
        asked.append([query["sql"] for query in queries if query["sql"].lstrip().startswith("SELECT")])
    # What PostgreSQL is told about how to plan a search is not counted; its statistics decide how it looks.
    reads = [[sql for sql in each if "_config(" not in sql and "current_setting(" not in sql] for each in asked]
    assert all(len(each) <= 15 for each in reads), reads
