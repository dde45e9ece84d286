"""The agents' lists: what is in them, for whom, and how they are narrowed and paged."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Department, Membership
from apps.brands.models import Brand
from apps.tickets import services
from apps.tickets.models import Ticket
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT

pytestmark = pytest.mark.django_db
LIST = "/management/tickets/ticket/"
MAX_QUERIES = 12


def shown(client, query="view=all"):
    """The subjects of a list in their order."""
    page = client.get(f"{LIST}?{query}")
    assert page.status_code == 200, query
    return re.findall(r'class="ticket-link"[^>]*><span>([^<]*)', page.text)


def links(page, text):
    """The addresses behind the links to neighbouring pages that say this."""
    found = re.findall(r'<a class="tickets-button"[^>]*href="([^"]*)">(.*?)</a>', page, re.S)
    return [address.replace("&amp;", "&") for address, said in found if text in said]


def test_it_shows_each_view_its_tickets(make_ticket, alice, manager, sales, workshop):
    now = timezone.now()
    make_ticket(subject="Mine", agent=alice)
    make_ticket(subject="Mine waiting", agent=alice, status="waiting")
    make_ticket(subject="Later", agent=alice, status="waiting", follow_up_at=now + timedelta(days=1))
    make_ticket(subject="Overdue", agent=alice, status="closed", follow_up_at=now - timedelta(days=1))
    make_ticket(subject="Mia's", agent=manager, transferred_at=now - timedelta(days=2))
    make_ticket(subject="Long ago", agent=manager, transferred_at=now - timedelta(days=20))
    make_ticket(subject="Nobody's")
    make_ticket(subject="Done", status="closed")
    make_ticket(subject="Locked", status="locked")
    make_ticket(subject="Foreign", department=workshop)
    client = signed_in(alice)
    assert shown(client, "") == shown(client, "view=my-active") == ["Mine"]
    assert shown(client, "view=my-waiting") == ["Later", "Mine waiting"]
    assert shown(client, "view=follow-ups") == ["Overdue", "Later"]
    assert shown(client, "view=unassigned") == ["Nobody&#39;s"]
    assert shown(client, "view=transferred") == ["Mia&#39;s"]
    assert "transferred 2 days ago" in client.get(f"{LIST}?view=transferred").text
    assert len(shown(client, "view=open")) == 6
    assert shown(client, "view=closed") == ["Locked", "Done", "Overdue"]
    assert len(shown(client, "view=all")) == 9
    assert "Foreign" not in client.get(f"{LIST}?view=all").text


def test_it_opens_all_open_tickets_for_administrators_without_departments(make_ticket, admin, workshop):
    make_ticket(subject="In Sales")
    make_ticket(subject="In the workshop", department=workshop)
    make_ticket(subject="Done", status="closed")
    assert shown(signed_in(admin), "") == ["In the workshop", "In Sales"]


@pytest.mark.parametrize("view", ["my-active", "unassigned", "open", "closed", "all", "transferred", "nonsense", ""])
def test_it_is_closed_to_everybody_who_is_no_agent(ticket, carol, view):
    assert Client().get(f"{LIST}?view={view}").status_code == 302
    assert signed_in(carol).get(f"{LIST}?view={view}").status_code == 403


def test_it_shows_each_person_only_the_own_departments(make_ticket, admin, manager, alice, bob, workshop):
    make_ticket(subject="In Sales")
    make_ticket(subject="In the workshop", department=workshop)
    sees = {
        admin: {"In Sales", "In the workshop"},
        manager: {"In Sales"},
        alice: {"In Sales"},
        bob: {"In the workshop"},
    }
    for person, subjects in sees.items():
        assert set(shown(signed_in(person))) == subjects, person


def test_it_leaves_out_merged_tickets(make_ticket, alice):
    stays, goes = make_ticket(subject="Stays"), make_ticket(subject="Goes")
    services.merge_tickets(survivor=stays, duplicates=[goes], by=alice, face=MANAGEMENT)
    assert shown(signed_in(alice)) == ["Stays"]


def test_it_narrows_a_list(make_ticket, alice, manager, sales, carol, dave):
    spares = Department.objects.create(name="Spares")
    Membership.objects.create(user=alice, department=spares)
    other = Brand.objects.create(name="Tidewater")
    make_ticket(subject="Urgent", priority="urgent", agent=alice)
    make_ticket(subject="Spares", department=spares)
    make_ticket(subject="Tidewater", brand=other)
    make_ticket(subject="Dave", by=dave, agent=manager)
    make_ticket(subject="Waiting", status="waiting", agent=manager)
    client = signed_in(alice)
    assert shown(client, "view=open&priority=urgent") == ["Urgent"]
    assert shown(client, f"view=open&department={spares.pk}") == ["Spares"]
    assert shown(client, f"view=open&brand={other.pk}") == ["Tidewater"]
    assert shown(client, f"view=open&customer={dave.pk}") == ["Dave"]
    assert shown(client, f"view=open&agent={manager.pk}&status=active") == ["Dave"]
    assert shown(client, "view=open&agent=none") == ["Tidewater", "Spares"]
    assert shown(client, "view=open&order=oldest&agent=none") == ["Spares", "Tidewater"]
    page = client.get(f"{LIST}?view=open&customer={dave.pk}&priority=urgent").text
    assert "No ticket fits these filters" in page
    assert "Customer: <bdi>Dave</bdi>" in page


FOREIGN = ["department", "agent", "brand", "customer"]
NONSENSE = ["", "0", "-1", "x", "٣", "9" * 40, "%00", "none"]


@pytest.mark.parametrize("name", [*FOREIGN, "status", "priority", "view", "after", "before", "order"])
def test_it_takes_every_filter_that_makes_no_sense(ticket, alice, name):
    client = signed_in(alice)
    for value in NONSENSE:
        assert client.get(f"{LIST}?view=open&{name}={value}").status_code == 200, value


def test_it_says_nothing_of_what_is_not_theirs(make_ticket, alice, bob, workshop, dave, manager):
    make_ticket(subject="Foreign", department=workshop, by=dave, agent=bob)
    own = make_ticket(subject="Own", agent=manager)
    client = signed_in(alice)
    for name, foreign in (("department", workshop.pk), ("agent", bob.pk), ("customer", dave.pk)):
        page, nowhere = (client.get(f"{LIST}?view=open&{name}={pk}").text for pk in (foreign, 10**9))
        for word in ("Foreign", "Workshop", "Bob", "Dave"):
            assert word not in page, (name, word)
        hide = [(str(foreign), "ID"), (str(10**9), "ID")]
        for number, sign in hide:
            page, nowhere = page.replace(f"{name}={number}", sign), nowhere.replace(f"{name}={number}", sign)
            page, nowhere = page.replace(f'value="{number}"', sign), nowhere.replace(f'value="{number}"', sign)
        token = re.compile(r'csrfmiddlewaretoken" value="\w+"')
        assert token.sub("", page) == token.sub("", nowhere), name
    assert own.subject in client.get(f"{LIST}?view=open").text


def test_it_pages_forwards_and_backwards(make_ticket, alice, sales, carol, brand):
    moment = timezone.now()
    Ticket.objects.bulk_create(
        Ticket(brand=brand, department=sales, subject=f"Number {n:03}", customer=carol, last_activity_at=moment)
        for n in range(120)
    )
    client = signed_in(alice)
    page = client.get(f"{LIST}?view=open").text
    assert not links(page, "Newer")
    seen, back = [], []
    while True:
        seen += re.findall(r"<span>(Number \d+)", page)
        older = links(page, "Older")
        if not older:
            break
        page = client.get(older[0]).text
    assert seen == [f"Number {n:03}" for n in reversed(range(120))]
    while newer := links(page, "Newer"):
        page = client.get(newer[0]).text
        back = re.findall(r"<span>(Number \d+)", page) + back
    assert back == seen[:100]
    oldest = client.get(f"{LIST}?view=open&order=oldest").text
    assert re.findall(r"<span>(Number \d+)", oldest)[0] == "Number 000"
    assert links(oldest, "Newer")
    assert not links(oldest, "Older")


def test_it_shows_what_a_row_needs(make_ticket, alice, carol):
    now = timezone.now()
    ticket = make_ticket(
        subject="<b>Kettle</b>", agent=alice, priority="urgent", is_pinned=True, status="waiting", in_count=3,
        out_count=2, follow_up_at=now - timedelta(hours=3), idle_since=now - timedelta(days=2),
    )  # fmt: skip
    page = signed_in(alice).get(f"{LIST}?view=open").text
    for text in (
        f'href="/management/tickets/ticket/{ticket.pk}/change/"',
        "&lt;b&gt;Kettle&lt;/b&gt;",
        ticket.number,
        "Carol",
        "Sales",
        "Alice",
        "Waiting",
        "Urgent",
        "Pinned",
        "3 / 2",
        "Follow-up due",
        "idle 2\xa0days",
        "just now",
    ):
        assert text in page, text


def test_it_counts_beside_each_view(make_ticket, alice, workshop, sales, carol, brand):
    make_ticket(agent=alice)
    make_ticket(department=workshop)
    Ticket.objects.bulk_create(
        Ticket(brand=brand, department=sales, subject="Many", customer=carol, status=status)
        for status in ("waiting", "closed")
        for n in range(1001)
    )
    page = signed_in(alice).get(LIST).text
    counts = dict(
        re.findall(r'<span class="tickets-view-title"[^>]*>([^<]*)</span><span class="tickets-count">([^<]*)', page)
    )
    assert counts == {"My active": "1", "All open": "999+", "Closed": "999+", "Sales": "999+"}
    assert re.search(r"sidebar-badge.*?>\s*1\s*<", page, re.S)


def test_it_says_what_to_do_where_a_list_is_empty(alice, sales, bob, admin):
    client = signed_in(alice)
    for view, words in (
        ("my-active", "Nothing waits for you"),
        ("my-waiting", "until the customer answers"),
        ("follow-ups", "Set a follow-up date"),
        ("unassigned", "Every active ticket has an agent"),
        ("transferred", "within the last week"),
        ("open", "Everything is answered and closed"),
        ("closed", "No closed tickets"),
        ("all", "Customers open tickets on the portal"),
    ):
        assert words in client.get(f"{LIST}?view={view}").text, view
    assert "You work in no department yet" in signed_in(bob).get(LIST).text


@pytest.mark.parametrize("who", ["alice", "admin"])
def test_it_asks_a_fixed_number_of_questions(request, who, make_ticket, admin, alice, manager, sales, carol, brand):
    person = request.getfixturevalue(who)
    for name in ("Billing", "Spares", "Returns"):
        Membership.objects.create(user=alice, department=Department.objects.create(name=name))
    client = signed_in(person)
    asked = []
    for count in (10, 1000):
        have = Ticket.objects.count()
        Ticket.objects.bulk_create(
            Ticket(brand=brand, department=sales, subject="Many", customer=carol, agent=[alice, manager, None][n % 3])
            for n in range(count - have)
        )
        client.get(f"{LIST}?view=open")
        for query in ("view=open", f"view=all&customer={carol.pk}&agent={alice.pk}", "view=follow-ups"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{LIST}?{query}").status_code == 200
            asked.append(len(queries))
    assert asked[:3] == asked[3:]
    assert max(asked) <= MAX_QUERIES, asked
