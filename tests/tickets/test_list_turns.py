"""Taking tickets from the lists, and being available for them."""

import threading

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import Department, User
from apps.tickets.models import Ticket
from tests.conftest import signed_in

LIST = "/management/tickets/ticket/"
NEXT, TAKE, AVAILABLE = f"{LIST}take-next/", f"{LIST}take/", f"{LIST}available/"


def said(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def change_page(ticket):
    return f"{LIST}{ticket.pk}/change/"


@pytest.mark.django_db
def test_it_takes_the_most_urgent_ticket_and_opens_it(make_ticket, alice):
    make_ticket()
    urgent = make_ticket(priority="urgent")
    assert signed_in(alice).post(NEXT)["Location"] == change_page(urgent)
    assert Ticket.objects.get(pk=urgent.pk).agent == alice


@pytest.mark.django_db
def test_it_takes_the_next_ticket_of_the_department_that_is_shown(make_ticket, admin, workshop):
    urgent = make_ticket(priority="urgent")
    other = make_ticket(department=workshop)
    client = signed_in(admin)
    assert client.post(NEXT, {"department": workshop.pk})["Location"] == change_page(other)
    assert client.post(NEXT, {"department": "nonsense"})["Location"] == change_page(urgent)
    assert client.post(NEXT, {"department": 10**9}).status_code == 404


@pytest.mark.django_db
def test_it_takes_nothing_of_a_foreign_department(make_ticket, alice, workshop):
    foreign = make_ticket(department=workshop)
    client = signed_in(alice)
    assert client.post(NEXT, {"department": workshop.pk}).status_code == 404
    assert client.post(TAKE, {"ticket": foreign.pk}).status_code == 404
    assert client.post(TAKE, {"ticket": 10**9}).status_code == 404
    assert client.post(TAKE, {}).status_code == 404
    assert "No ticket waits" in said(client.post(NEXT, follow=True))
    assert Ticket.objects.get(pk=foreign.pk).agent is None


@pytest.mark.django_db
def test_it_says_why_nothing_can_be_taken(make_ticket, alice, manager, sales):
    client = signed_in(alice)
    back = f"{LIST}?view=unassigned"
    answer = client.post(NEXT, {"back": back}, follow=True)
    assert answer.redirect_chain == [(back, 302)]
    assert "No ticket waits" in said(answer)
    taken = make_ticket(agent=manager)
    assert "Mia has this ticket already." in said(client.post(TAKE, {"ticket": taken.pk}, follow=True))
    make_ticket(agent=alice)
    Department.objects.filter(pk=sales.pk).update(max_tickets=1)
    waiting = make_ticket()
    assert "Sales allows 1 active" in said(client.post(NEXT, follow=True))
    assert "Sales allows 1 active" in said(client.post(TAKE, {"ticket": waiting.pk}, follow=True))


@pytest.mark.django_db
def test_it_takes_one_ticket_from_the_list(make_ticket, alice):
    make_ticket(priority="urgent")
    ticket = make_ticket()
    assert signed_in(alice).post(TAKE, {"ticket": ticket.pk})["Location"] == change_page(ticket)
    assert Ticket.objects.get(pk=ticket.pk).agent == alice


@pytest.mark.django_db
def test_it_makes_an_agent_available_or_away(alice, sales):
    client = signed_in(alice)
    assert 'aria-checked="true"' in client.get(LIST).text
    assert "You are away" in said(client.post(AVAILABLE, {"available": "0"}, follow=True))
    assert User.objects.get(pk=alice.pk).is_available is False
    assert 'aria-checked="false"' in client.get(LIST).text
    client.post(AVAILABLE, {"available": "1"})
    assert User.objects.get(pk=alice.pk).is_available is True


@pytest.mark.django_db
@pytest.mark.parametrize("address", [NEXT, TAKE, AVAILABLE])
def test_it_is_closed_to_everybody_who_is_no_agent(ticket, carol, address):
    posted = {"ticket": ticket.pk, "available": "0"}
    assert Client().post(address, posted).status_code == 302
    assert signed_in(carol).post(address, posted).status_code == 403
    assert Ticket.objects.get(pk=ticket.pk).agent is None


@pytest.mark.django_db
def test_it_keeps_the_number_in_the_sidebar_for_some_seconds_and_counts_again_after_an_act(make_ticket, alice):
    client = signed_in(alice)
    make_ticket()

    def badge():
        page = client.get("/management/password_change/").text
        return page.split("sidebar-badge")[1].split(">")[1].split("<")[0].strip() if "sidebar-badge" in page else ""

    assert badge() == ""
    client.post(NEXT)
    assert badge() == "1"


@pytest.mark.django_db(transaction=True)
def test_it_gives_two_agents_who_press_at_once_two_tickets(make_ticket, alice, manager):
    tickets = [make_ticket() for _ in range(2)]
    clients, led = [signed_in(alice), signed_in(manager)], [None, None]
    barrier = threading.Barrier(2)

    def press(place):
        try:
            barrier.wait(20)
            led[place] = clients[place].post(NEXT)["Location"]
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(led) == sorted(change_page(ticket) for ticket in tickets)
    agents = {Ticket.objects.get(pk=ticket.pk).agent for ticket in tickets}
    assert agents == {alice, manager}


@pytest.mark.django_db
def test_it_shows_in_the_menu_of_every_page_whether_the_agent_is_available(alice, sales, carol):
    client = signed_in(alice)
    page = client.get("/management/password_change/").text
    assert f'action="{AVAILABLE}"' in page
    back = "/management/password_change/"
    assert client.post(AVAILABLE, {"available": "0", "back": back})["Location"] == back
    assert 'role="switch" aria-checked="false"' in client.get(back).text
    alice.groups.clear()
    assert AVAILABLE not in client.get(back).text
