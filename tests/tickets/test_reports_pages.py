"""Who sees which numbers, on the page and in files."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Department, Membership
from apps.accounts.roles import Role
from tests.conftest import make_user, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/management/tickets/reports/"
FILES = [f"{PAGE}{name}.csv" for name in ("departments", "agents", "days", "idle")]


@pytest.fixture
def busy(make_ticket, workshop, alice, bob):
    """Two tickets of Alice's and one of nobody's in Sales, one of Bob's in the workshop."""
    for subject in ("One", "Two"):
        make_ticket(subject=subject, agent=alice)
    make_ticket(subject="Nobody's")
    make_ticket(subject="Bob's", agent=bob, department=workshop)


def opened(client, query=""):
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return answer.context["totals"].opened


def rows(answer):
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_it_shows_each_person_their_part(busy, admin_client, manager, alice, bob):
    assert opened(admin_client) == 4
    assert opened(signed_in(manager)) == 3
    assert opened(signed_in(alice)) == 2
    assert opened(signed_in(bob)) == 1


def test_it_shows_agents_their_own_numbers_only(busy, alice, bob):
    client = signed_in(alice)
    text = client.get(PAGE).text
    assert "My reports" in text
    assert 'name="agent"' not in text
    assert "Nobody&#x27;s" not in text
    assert "Bob" not in text
    assert opened(client, f"?agent={bob.pk}") == 2
    assert [row[0] for row in rows(client.get(f"{PAGE}agents.csv"))[1:]] == ["Alice"]
    assert {row[1] for row in rows(client.get(f"{PAGE}idle.csv"))[1:]} == {"One", "Two"}


@pytest.mark.parametrize("address", [PAGE, *FILES])
def test_it_hides_departments_and_agents_of_others(busy, manager, alice, bob, workshop, address):
    for query in (f"?department={workshop.pk}", "?department=999999", "?department=x", "?department=-1"):
        for person in (manager, alice):
            assert signed_in(person).get(address + query).status_code == 404, query
    for query in (f"?agent={bob.pk}", "?agent=999999", "?agent=x"):
        assert signed_in(manager).get(address + query).status_code == 404, query


@pytest.mark.parametrize("address", [PAGE, *FILES])
def test_it_is_closed_to_customers_and_strangers(busy, carol, address):
    assert signed_in(carol).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    lone = make_user("lea", Role.AGENT)
    assert signed_in(lone).get(address).status_code == 200
    lone.groups.clear()
    assert signed_in(lone).get(address).status_code == 403


@pytest.mark.parametrize("address", [PAGE, *FILES])
def test_it_only_reads(busy, admin_client, address):
    assert admin_client.post(address).status_code == 405


def test_it_offers_managers_the_people_of_their_departments(busy, manager, alice, bob):
    text = signed_in(manager).get(PAGE).text
    offered = re.findall(r'<option value="(\d+)"[^>]*>\s*(\w+)', text)
    assert {name for _pk, name in offered} >= {"Alice", "Mia", "Sales"}
    assert not {"Bob", "Workshop"} & {name for _pk, name in offered}


def test_it_counts_the_days_asked_for(make_ticket, admin_client):
    now = timezone.now()
    for days in (1, 20, 60, 200):
        make_ticket(created_at=now - timedelta(days=days))
    assert [opened(admin_client, query) for query in ("", "?period=7", "?period=30", "?period=90")] == [2, 1, 2, 3]
    first, last = (timezone.localdate() - timedelta(days=days) for days in (201, 60))
    assert opened(admin_client, f"?period=custom&first={first}&last={last}") == 2


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("period=custom", "Choose a day."),
        ("period=custom&first=2026-02-30&last=2026-03-01", "Enter a valid date."),
        ("period=custom&first=2026-03-02&last=2026-03-01", "Choose a day that is not before the first one."),
        ("period=custom&first=2024-01-01&last=2026-03-01", "Choose at most 366 days."),
        ("period=custom&first=0001-01-01&last=0001-01-02", "Choose a day that has been"),
        ("period=custom&first=9999-12-31&last=9999-12-31", "Choose a day that has been"),
        ("period=12", "Select a valid choice."),
    ],
)
def test_it_says_what_is_wrong_with_the_days(admin_client, asked, words):
    answer = admin_client.get(f"{PAGE}?{asked}")
    assert answer.status_code == 200
    assert words in answer.text
    assert "here are the last 30" in answer.text
    assert admin_client.get(f"{PAGE}days.csv?{asked}").status_code == 404


def test_it_allows_exactly_a_leap_year(admin_client):
    assert "at most 366" not in admin_client.get(f"{PAGE}?period=custom&first=2024-01-01&last=2024-12-31").text
    assert "at most 366" in admin_client.get(f"{PAGE}?period=custom&first=2024-01-01&last=2025-01-01").text


def test_it_counts_days_in_the_time_zone_of_the_person(make_ticket, admin):
    make_ticket(created_at=timezone.datetime(2026, 3, 9, 23, 30, tzinfo=timezone.get_fixed_timezone(0)))
    asked = "?period=custom&first=2026-03-10&last=2026-03-10"
    assert opened(signed_in(admin), asked) == 0
    admin.time_zone = "Europe/Berlin"
    admin.save()
    assert opened(signed_in(admin), asked) == 1
    file = rows(signed_in(admin).get(f"{PAGE}days.csv{asked}"))
    assert file[1] == ["2026-03-10", "1", "0", "1"]


def test_it_gives_each_table_as_a_file(busy, admin_client):
    departments, agents, days, idle = (rows(admin_client.get(address)) for address in FILES)
    assert [row[:4] for row in departments[1:]] == [["Sales", "3", "0", "3"], ["Workshop", "1", "0", "1"]]
    assert [row[0] for row in agents[1:]] == ["Alice", "Bob", "Nobody"]
    assert len(days) == 31
    assert len(idle) == 5
    assert departments[0][5] == "First response, median (minutes)"
    assert admin_client.get(f"{PAGE}passwords.csv").status_code == 404


def test_it_writes_no_formula_into_a_file(make_ticket, admin_client, workshop):
    Department.objects.filter(pk=workshop.pk).update(name="=cmd|' /C calc'!A0")
    make_ticket(subject="@SUM(1+1)", department=workshop)
    assert rows(admin_client.get(f"{PAGE}departments.csv"))[1][0] == "'=cmd|' /C calc'!A0"
    assert rows(admin_client.get(f"{PAGE}idle.csv"))[1][1] == "'@SUM(1+1)"


def test_it_shows_names_as_text(make_ticket, admin_client, workshop):
    Department.objects.filter(pk=workshop.pk).update(name="<script>alert(1)</script>")
    make_ticket(subject="<img src=x onerror=alert(2)>", department=workshop)
    text = admin_client.get(PAGE).text
    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text


@pytest.mark.parametrize("address", [PAGE, *FILES])
def test_it_needs_the_same_queries_for_many_tickets(
    make_ticket, admin_client, alice, sales, django_assert_max_num_queries, address
):
    counts = []
    admin_client.get(PAGE)  # the numbers of the bell and of the sidebar are kept for some seconds
    for count in (1, 12):
        for number in range(count):
            agent = make_user(f"a{count}-{number}", Role.AGENT)
            department = Department.objects.create(name=f"{count}-{number}")
            Membership.objects.create(user=agent, department=department)
            make_ticket(department=department, agent=agent)
        with django_assert_max_num_queries(15) as captured:
            answer = admin_client.get(address)
            assert answer.status_code == 200
            assert not answer.streaming or list(answer.streaming_content)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_it_stands_in_the_sidebar_under_its_name(busy, admin_client, alice):
    link = f'href="{PAGE}"'
    for client, title in ((admin_client, "Reports"), (signed_in(alice), "My reports")):
        text = client.get(PAGE).text
        assert link in text
        assert text.count(link) == 1
        assert title in text
