"""Doing something with many tickets at once: the preview, the act, and who may do what."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Department, Membership
from apps.notifications.models import Notification
from apps.tickets import services
from apps.tickets.models import Message, Ticket, TicketEvent
from tests.conftest import signed_in
from tests.tickets.conftest import MANAGEMENT

pytestmark = pytest.mark.django_db
LIST = "/management/tickets/ticket/"
BULK = f"{LIST}bulk/"
ACTIONS = {
    "assign": {"agent": "me"},
    "status": {"status": "waiting"},
    "priority": {"priority": "urgent"},
    "close": {},
}


def ask(client, action, tickets, **values):
    """What the page before the act says, without tags."""
    page = client.post(BULK, {"action": action, "tickets": [t.pk for t in tickets], "chosen": "1", **values})
    assert page.status_code == 200, page
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.split('id="bulk-preview"')[1]).split())


def act(client, action, tickets, **values):
    """Do it; what the list says afterwards."""
    posted = {"action": action, "tickets": [getattr(t, "pk", t) for t in tickets], "confirm": "1", **values}
    answer = client.post(BULK, posted, follow=True)
    return [str(message) for message in answer.context["messages"]]


def again(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def state():
    return [list(model.objects.order_by("pk").values()) for model in (Ticket, TicketEvent, Message, Notification)]


def test_it_shows_what_will_happen_and_changes_nothing_until_it_is_confirmed(make_ticket, alice, sales):
    tickets = [make_ticket() for _ in range(3)]
    closed, locked = make_ticket(status="closed"), make_ticket(status="locked")
    client, before = signed_in(alice), state()
    page = ask(client, "close", [*tickets, closed, locked])
    assert "3 tickets will be closed." in page
    assert "2 are left out" in page
    assert "1: Closed already." in page
    assert "1: Closed and locked already." in page
    assert "Close 3 tickets" in page
    assert state() == before
    assert act(client, "close", [*tickets, closed, locked]) == [
        "3 tickets were closed.",
        f"2 tickets were left out. {closed.number}: Closed already. {locked.number}: Closed and locked already.",
    ]
    assert {again(ticket).status for ticket in tickets} == {"closed"}
    event = tickets[0].events.last()
    assert (event.kind, event.actor, event.face) == ("status", alice, "management")


def test_it_does_each_thing(make_ticket, alice, manager, sales):
    spares = Department.objects.create(name="Spares")
    one, two = make_ticket(), make_ticket()
    client = signed_in(alice)
    assert act(client, "assign", [one, two], agent=str(manager.pk)) == ["2 tickets were assigned."]
    assert again(one).agent == again(two).agent == manager
    assert act(signed_in(manager), "assign", [one], agent="none") == ["1 ticket was assigned."]
    assert again(one).agent is None
    assert act(client, "assign", [one], agent="me") == ["1 ticket was assigned."]
    assert again(one).agent == alice
    assert act(client, "status", [one, two], status="waiting") == ["2 tickets have a new status."]
    assert act(client, "priority", [one, two], priority="high") == ["2 tickets have a new priority."]
    assert (again(two).status, again(two).priority) == ("waiting", "high")
    assert act(client, "transfer", [one], department=str(spares.pk), comment="Spare part") == [
        "1 ticket was transferred."
    ]
    assert again(one).department == spares
    assert one.messages.get(kind="transfer").text == "Spare part"


def test_it_says_why_tickets_are_left_out(make_ticket, alice, manager, sales, workshop, brand):
    hers = make_ticket(agent=manager)
    free = make_ticket()
    client = signed_in(alice)
    page = ask(client, "assign", [hers, free], agent="me")
    assert "1 ticket will be assigned. 1 is left out" in page
    assert "Mia's ticket" in page.replace("&#x27;", "'").replace("’", "'")
    assert any("Mia" in text for text in act(client, "assign", [hers, free], agent="me"))
    assert (again(hers).agent, again(free).agent) == (manager, alice)
    Department.objects.filter(pk=sales.pk).update(requires_resolution=True)
    page = ask(client, "close", [hers, free])
    assert "0 tickets will be closed. 2 are left out" in page
    assert "2: Sales wants a resolution note" in page
    other = brand.__class__.objects.create(name="Tidewater")
    workshop.brands.add(other)
    assert "does not serve" in ask(client, "transfer", [free], department=str(workshop.pk))


def test_it_merges_into_the_ticket_that_is_chosen(make_ticket, alice, dave):
    now = timezone.now()
    old = make_ticket(subject="Old", created_at=now - timedelta(days=2))
    new, foreign = make_ticket(subject="New"), make_ticket(subject="Dave's", by=dave)
    client = signed_in(alice)
    first = client.post(BULK, {"action": "merge", "tickets": [new.pk, old.pk, foreign.pk]}).text
    assert re.search(rf'value="{old.pk}"[^>]*checked', first)
    page = ask(client, "merge", [new, old, foreign], survivor=str(new.pk))
    assert "1 ticket will be merged" in page
    assert f"{foreign.number} is another customer" in page
    texts = act(client, "merge", [new, old, foreign], survivor=str(new.pk))
    assert texts[0] == "1 ticket was merged."
    assert texts[1].count(foreign.number) == 1
    assert again(old).merged_into == new
    assert again(foreign).merged_into is None
    assert new.messages.count() == 2
    assert "0 tickets will be merged" in ask(client, "merge", [old, new], survivor=str(new.pk))


def test_it_chooses_a_survivor_that_is_not_locked_and_says_so_to_agents(make_ticket, alice):
    now = timezone.now()
    locked = make_ticket(status="locked", created_at=now - timedelta(days=3))
    old, new = make_ticket(created_at=now - timedelta(days=2)), make_ticket()
    client = signed_in(alice)
    first = client.post(BULK, {"action": "merge", "tickets": [locked.pk, new.pk, old.pk]}).text
    assert re.search(rf'value="{old.pk}"[^>]*checked', first)
    assert len(re.findall("Closed and locked", first)) == 1
    page = ask(client, "merge", [locked, old, new], survivor=str(locked.pk))
    assert "0 tickets will be merged" in page
    assert f"{locked.number} is closed and locked. Choose another ticket that stays" in page
    assert "open a new" not in page
    later = make_ticket(status="locked")
    only = client.post(BULK, {"action": "merge", "tickets": [later.pk, locked.pk]}).text
    assert re.search(rf'value="{locked.pk}"[^>]*checked', only)


def test_it_takes_no_survivor_that_was_not_ticked(make_ticket, alice, workshop, carol):
    ticked, other = make_ticket(), make_ticket()
    posted = {"action": "merge", "tickets": [ticked.pk, make_ticket().pk], "confirm": "1"}
    foreign = make_ticket(department=workshop)
    client = signed_in(alice)
    for survivor in (other.pk, foreign.pk, "x", ""):
        answer = client.post(BULK, {**posted, "survivor": survivor})
        assert answer.status_code == 200
    assert again(ticked).merged_into is None


@pytest.mark.parametrize("action", ACTIONS)
def test_it_takes_foreign_and_unknown_tickets_as_not_there(make_ticket, alice, workshop, action):
    own, foreign = make_ticket(), make_ticket(subject="Secret", department=workshop)
    client, before = signed_in(alice), Ticket.objects.filter(pk=foreign.pk).values().get()
    page = ask(client, action, [own, foreign], **ACTIONS[action])
    assert "1 was not found" in page
    assert "Secret" not in page
    assert foreign.number not in page
    texts = act(client, action, [own, foreign, 10**12], **ACTIONS[action])
    assert "2 tickets were left out. 2 were not found." in texts
    assert Ticket.objects.filter(pk=foreign.pk).values().get() == before
    assert TicketEvent.objects.filter(ticket=foreign).count() == 1


@pytest.mark.parametrize("action", [*ACTIONS, "transfer", "merge"])
def test_it_is_closed_to_everybody_who_is_no_agent(make_ticket, carol, workshop, alice, action):
    tickets = [make_ticket().pk, make_ticket().pk]
    before = state()
    posted = {
        "action": action, "tickets": tickets, "confirm": "1", "agent": "me", "status": "closed", "priority": "low",
        "department": workshop.pk, "survivor": tickets[0],
    }  # fmt: skip
    assert Client().post(BULK, posted).status_code == 302
    assert signed_in(carol).post(BULK, posted).status_code == 403
    alice.groups.get().permissions.clear()
    assert signed_in(alice).post(BULK, posted).status_code == 403
    assert state() == before


def test_it_offers_nothing_to_who_may_only_look(make_ticket, alice, sales):
    ticket = make_ticket()
    role = alice.groups.get()
    role.permissions.remove(*role.permissions.exclude(codename="view_ticket"))
    client = signed_in(alice)
    page = client.get(f"{LIST}?view=open").text
    assert ticket.subject in page
    assert 'name="tickets"' not in page
    assert "Take" not in page
    for address, posted in (("take-next/", {}), ("take/", {"ticket": ticket.pk}), ("available/", {"available": "0"})):
        assert client.post(LIST + address, posted).status_code == 403, address
    assert client.post(BULK, {"action": "close", "tickets": [ticket.pk], "confirm": "1"}).status_code == 403
    assert again(ticket).status == "active"


def test_it_does_nothing_when_it_is_sent_again(make_ticket, alice):
    ticket = make_ticket()
    client = signed_in(alice)
    act(client, "close", [ticket])
    services.change_status(ticket=ticket, status="active", by=alice, face=MANAGEMENT)
    before = state()
    assert act(client, "status", [ticket], status="active")[0].startswith("1 ticket was left out.")
    assert state() == before


def test_it_looks_again_when_it_is_confirmed(make_ticket, alice, sales, workshop):
    """What was theirs on the preview is not, when it comes to the act."""
    moved, kept = make_ticket(), make_ticket()
    client = signed_in(alice)
    assert "2 tickets will be closed." in ask(client, "close", [moved, kept])
    Ticket.objects.filter(pk=moved.pk).update(department=workshop)
    assert act(client, "close", [moved, kept]) == [
        "1 ticket was closed.",
        "1 ticket was left out. 1 was not found.",
    ]
    assert again(moved).status == "active"
    Membership.objects.filter(user=alice).delete()
    assert "1 ticket was left out. 1 was not found." in act(client, "status", [kept], status="active")


def test_it_takes_all_on_the_page(make_ticket, alice):
    tickets = [make_ticket() for _ in range(3)]
    posted = {"action": "close", "all": "1", "shown": [t.pk for t in tickets], "tickets": [tickets[0].pk]}
    assert "3 tickets will be closed." in signed_in(alice).post(BULK, posted).text


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"action": "close"}, "Tick the tickets first"),
        ({"action": "close", "tickets": ["x", "-1", "9" * 30]}, "Tick the tickets first"),
        ({"action": "close", "tickets": list(range(1, 202))}, "At most 200 tickets"),
        ({"action": "merge", "tickets": [1]}, "Tick at least two tickets to merge"),
        ({"action": "merge", "tickets": [1, 1], "confirm": "1", "survivor": 1}, "Tick at least two tickets to merge"),
        ({"action": "explode", "tickets": [1]}, ""),
        ({}, ""),
    ],
)
def test_it_takes_posts_that_make_no_sense(ticket, alice, posted, words):
    answer = signed_in(alice).post(BULK, posted, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert words in " ".join(str(message) for message in answer.context["messages"])


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("status", {"status": "exploded"}),
        ("priority", {}),
        ("assign", {"agent": "999"}),
        ("transfer", {"department": "999"}),
        ("transfer", {"department": "x"}),
    ],
)
def test_it_asks_again_for_choices_that_there_are_not(ticket, alice, action, values):
    before = state()
    posted = {"action": action, "tickets": [ticket.pk], "confirm": "1", **values}
    answer = signed_in(alice).post(BULK, posted)
    assert answer.status_code == 200
    assert "Choose first" in answer.text
    assert 'name="confirm"' not in answer.text
    assert state() == before


def test_it_assigns_to_nobody_outside_the_tickets_departments(ticket, alice, bob, workshop):
    posted = {"action": "assign", "tickets": [ticket.pk], "confirm": "1", "agent": bob.pk}
    page = signed_in(alice).post(BULK, posted).text
    assert "Bob" not in page
    assert again(ticket).agent is None


def test_it_offers_only_agents_who_can_take_all(make_ticket, manager, alice, bob, sales, workshop):
    Membership.objects.create(user=manager, department=workshop)
    Membership.objects.create(user=alice, department=Department.objects.create(name="Spares"))
    here, there, client = make_ticket(), make_ticket(department=workshop), signed_in(manager)

    def offered(*tickets):
        page = client.post(BULK, {"action": "assign", "tickets": [ticket.pk for ticket in tickets]}).text
        return re.findall(r"<option[^>]*>([^<]*)<", page)

    assert offered(here, make_ticket()) == ["Me", "Nobody", "Alice"]
    assert offered(there) == ["Me", "Nobody", "Bob"]
    assert offered(here, there) == ["Me", "Nobody"]
    posted = {"action": "assign", "tickets": [here.pk, there.pk], "agent": alice.pk, "confirm": "1"}
    assert "Choose first" in client.post(BULK, posted).text
    assert again(here).agent is None
    Membership.objects.filter(user=manager).delete()
    manager.groups.get().permissions.add(Permission.objects.get(codename="view_all_tickets"))
    page = signed_in(manager).post(BULK, {"action": "assign", "tickets": [here.pk, there.pk]}).text
    assert "No agent works in all the departments of these tickets." in page


def test_it_says_from_whom_tickets_are_taken(make_ticket, manager, alice, bob, sales, workshop):
    Membership.objects.create(user=bob, department=sales)
    tickets = [*(make_ticket(agent=alice) for _ in range(2)), make_ticket(agent=bob), make_ticket()]
    tickets.append(make_ticket(agent=manager))
    client = signed_in(manager)
    page = ask(client, "assign", tickets, agent="me")
    assert "4 tickets will be assigned. 2 are taken from Alice. 1 is taken from Bob. 1 is left out: 1: Mia" in page
    page = ask(client, "transfer", tickets[:1], department=str(workshop.pk))
    assert "1 is taken from Alice." in page
    assert "taken from" not in ask(client, "priority", tickets, priority="high")


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/management/../x", "javascript:alert(1)", ""]
)
def test_it_leads_back_to_pages_of_the_management_interface_only(ticket, alice, back):
    client = signed_in(alice)
    posted = {"action": "close", "tickets": [ticket.pk], "confirm": "1", "back": back}
    assert client.post(BULK, posted)["Location"].startswith("/management/")
    assert "evil" not in client.post(BULK, {**posted, "back": back})["Location"]
    assert client.post(f"{LIST}available/", {"available": "1", "back": back})["Location"].startswith("/management/")
    kept = f"{LIST}?view=open&agent=none"
    assert client.post(BULK, {**posted, "back": kept})["Location"] == kept


def test_it_changes_nothing_by_looking(ticket, alice):
    client, before = signed_in(alice), state()
    assert client.get(BULK, {"action": "close", "tickets": ticket.pk, "confirm": "1"}).status_code == 302
    for address in ("take/", "take-next/", "available/"):
        assert client.get(LIST + address).status_code == 405
    assert state() == before


def test_it_wants_the_token_of_the_form(ticket, alice):
    client = signed_in(alice)
    client.handler.enforce_csrf_checks = True
    for address in ("bulk/", "take/", "take-next/", "available/"):
        posted = {"action": "close", "tickets": [ticket.pk], "confirm": "1", "ticket": ticket.pk, "available": "0"}
        assert client.post(LIST + address, posted).status_code == 403
    assert again(ticket).status == "active"
    assert again(ticket).agent is None


def test_it_changes_two_hundred_at_once(make_ticket, alice, sales, carol, brand):
    tickets = Ticket.objects.bulk_create(
        Ticket(brand=brand, department=sales, subject=f"Number {n}", customer=carol) for n in range(200)
    )
    client = signed_in(alice)
    assert "200 tickets will be closed." in ask(client, "close", tickets)
    assert act(client, "close", tickets) == ["200 tickets were closed."]
    assert Ticket.objects.filter(status="closed").count() == 200
