"""Properties that are changed where they stand, and the dialogs."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Department
from apps.tickets import services
from apps.tickets.models import CustomField, Ticket
from tests.tickets.conftest import MANAGEMENT
from tests.tickets.pages import TicketPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ticket: Ticket, alice) -> TicketPage:
    return TicketPage(ticket, alice)


def again() -> Ticket:
    return Ticket.objects.order_by("pk").first()


@pytest.mark.parametrize(
    ("name", "fields", "column", "value"),
    [
        ("status", {"value": "closed"}, "status", "closed"),
        ("status", {"value": "locked"}, "status", "locked"),
        ("priority", {"value": "urgent"}, "priority", "urgent"),
        ("subject", {"subject": "Warm kettle"}, "subject", "Warm kettle"),
        ("pin", {"value": "1"}, "is_pinned", True),
    ],
)
def test_it_saves_each_property_by_itself(page, name, fields, column, value):
    answer = page.post(name, **fields)
    assert answer.status_code == 200
    assert 'id="ticket-head"' in answer.content.decode()
    assert getattr(again(), column) == value


def test_it_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(page, sales):
    empty = page.post("subject", subject=" ")
    assert (empty.status_code, "Write a subject." in empty.content.decode()) == (422, True)
    field = CustomField.objects.create(department=sales, name="Order", kind="number")
    odd = page.post("field", field.pk, value="twelve <b>")
    assert odd.status_code == 422
    assert "Write a number." in odd.content.decode()
    assert 'value="twelve &lt;b&gt;"' in odd.content.decode()
    odd = page.post("follow_up", at="soon", note="Call back")
    assert odd.status_code == 422
    assert 'value="Call back"' in odd.content.decode()
    assert page.post("priority", value="odd").headers["HX-Retarget"] == "#ticket-problem"


def test_it_keeps_custom_fields(page, ticket, sales, workshop):
    field = CustomField.objects.create(department=sales, name="Order", kind="number")
    foreign = CustomField.objects.create(department=workshop, name="Bench", kind="text")
    assert page.post("field", field.pk, value="12.50").status_code == 200
    assert ticket.field_values.get().value == "12.50"
    assert page.post("field", foreign.pk, value="3").status_code == 404
    assert page.post("field", field.pk, value="1_000").status_code == 422
    assert ticket.field_values.get().value == "12.50"


def test_it_sets_and_removes_the_follow_up_in_the_persons_time_zone(page, alice):
    alice.time_zone = "America/New_York"
    alice.save()
    page.post("follow_up", at="2090-01-01T10:00", note="Call back", days="")
    assert again().follow_up_at.isoformat() in ("2090-01-01T15:00:00+00:00", "2090-01-01T10:00:00+00:00")
    page.post("follow_up", days="3", note="")
    assert timedelta(days=1) < again().follow_up_at - timezone.now() < timedelta(days=4)
    page.post("follow_up", remove="1")
    assert again().follow_up_at is None


def test_it_takes_no_follow_up_on_a_day_that_is_over(page, ticket):
    yesterday = timezone.localtime() - timedelta(days=1)
    answer = page.post("follow_up", at=f"{yesterday:%Y-%m-%dT%H:%M}", note="Call <back>", days="")
    assert answer.status_code == 422
    assert "This day is over. Choose today or a later one." in answer.text
    assert 'value="Call &lt;back&gt;"' in answer.text
    assert again().follow_up_at is None
    Ticket.objects.update(follow_up_at=yesterday)
    shown = re.search(r'name="at"[^>]* value="([^"]*)"', page.show().text)[1]
    assert page.post("follow_up", at=shown, note="Call", days="").status_code == 200
    assert (again().follow_up_at, again().follow_up_note) == (yesterday, "Call")


def test_it_takes_a_ticket_or_says_who_was_quicker(page, ticket, alice, manager, bob, workshop, sales):
    page.post("take")
    assert again().agent == alice
    services.assign_ticket(ticket=again(), agent=manager, by=manager, face=MANAGEMENT)
    late = page.post("take")
    assert (late.status_code, "Mia has this ticket already." in late.content.decode()) == (409, True)
    TicketPage(ticket, manager).post("agent", value="")
    assert again().agent is None


def test_it_says_which_agents_are_away_and_who_has_enough(page, make_ticket, sales, alice, manager):
    services.set_available(user=manager, is_available=False)
    Department.objects.filter(pk=sales.pk).update(max_tickets=1)
    make_ticket(agent=manager)
    choices = page.show("agents").content.decode()
    assert ">Alice</button>" in choices
    assert ">Mia (away)</button>" in choices
    refused = page.post("agent", value=manager.pk)
    assert refused.status_code == 409
    assert "allows 1 active ticket per agent, and Mia has one" in refused.content.decode()


def test_it_assigns_only_agents_of_the_department(page, bob, workshop, manager):
    assert page.post("agent", value=bob.pk).status_code == 422
    assert page.post("agent", value="999").status_code == 422
    assert page.post("agent", value=manager.pk).status_code == 200
    assert again().agent == manager
    assert page.post("agent", value="").status_code == 403


def test_it_transfers_and_leads_back_to_the_list_who_sees_the_ticket_no_more(page, workshop, bob):
    form = page.show("show_transfer", department=workshop.pk).content.decode()
    assert "Bob" in form
    answer = page.post(
        "transfer", department=workshop.pk, agent=bob.pk, comment="Yours", priority="high", status="waiting"
    )
    assert answer.headers["HX-Redirect"] == "/management/tickets/ticket/"
    ticket = again()
    assert (ticket.department, ticket.agent, ticket.priority, ticket.status) == (workshop, bob, "high", "waiting")
    assert ticket.messages.get(direction="note").kind == "transfer"
    assert page.show().status_code == 404


def test_it_keeps_the_transfer_form_where_something_is_wrong(page, sales, workshop, alice):
    answer = page.post("transfer", department="", comment="Keep <me>")
    assert answer.status_code == 422
    assert "Keep &lt;me&gt;" in answer.content.decode()
    assert "Choose a department." in answer.content.decode()
    assert page.post("transfer", department=workshop.pk, agent=alice.pk).status_code == 422
    assert again().department == sales


def test_it_says_what_a_merge_does_before_it_does_it(page, make_ticket):
    other = make_ticket(subject="Cold kettle, again")
    assert "Cold kettle, again" in page.show("show_merge").content.decode()
    preview = page.post("merge", tickets=[other.pk], keep="this")
    assert "This cannot be undone." in preview.content.decode()
    assert Ticket.objects.unmerged().count() == 2
    page.post("merge", tickets=[other.pk], keep="this", confirmed="1")
    assert Ticket.objects.get(pk=other.pk).merged_into == again()


def test_it_merges_into_the_other_one_and_goes_there(page, make_ticket):
    other = make_ticket()
    answer = page.post(
        "merge", number=f"Ticket #{other.number.lower().replace('-', ' – ')}", keep="other", confirmed="1"
    )
    assert answer.headers["HX-Redirect"] == f"/management/tickets/ticket/{other.pk}/change/"
    assert again().merged_into == other


def test_it_keeps_the_other_ticket_where_this_one_is_locked(page, make_ticket):
    make_ticket()
    checked = r'name="keep" value="(\w+)" checked'
    assert re.findall(checked, page.show("show_merge").text) == ["this"]
    Ticket.objects.filter(pk=page.ticket.pk).update(status="locked")
    assert re.findall(checked, page.show("show_merge").text) == ["other"]


def test_it_merges_nothing_that_does_not_belong_together_or_is_not_there(page, make_ticket, workshop, dave, bob):
    stranger = make_ticket(by=dave)
    foreign = make_ticket(department=workshop)
    assert page.post("merge", tickets=[stranger.pk], confirmed="1").status_code == 422
    not_theirs = page.post("merge", number=foreign.number)
    not_there = page.post("merge", number="3F2-1A7B9-KD")
    assert (not_theirs.status_code, not_there.status_code) == (422, 422)
    text = "There is no other ticket with this number."
    assert text in not_theirs.content.decode()
    assert text in not_there.content.decode()
    assert page.post("merge", tickets=[foreign.pk], confirmed="1").status_code == 422
    assert Ticket.objects.unmerged().count() == 3


def test_it_logs_time_and_adds_it_up(page, ticket):
    page.post("log_time", minutes="25", subject="Looked", is_billable="1")
    html = page.post("log_time", minutes="20", worked_on="2026-01-02").content.decode()
    assert "45 minutes" in html
    for fields in ({"minutes": "0"}, {"minutes": "many"}, {"minutes": "5", "worked_on": "2026-02-31"}):
        assert page.post("log_time", **fields).status_code == 422
    assert ticket.time_logs.count() == 2


def test_it_logs_no_time_before_the_year_2000(page, ticket):
    for day, status in (("0001-01-01", 422), ("1999-12-31", 422), ("2000-01-01", 200)):
        assert page.post("log_time", minutes="5", worked_on=day).status_code == status
    assert ticket.time_logs.count() == 1


def test_it_refuses_lines_that_are_too_long_instead_of_cutting_them(page, ticket):
    long = "long " * 40 + "x"
    for answer in (
        page.post("log_time", minutes="5", subject=long),
        page.post("follow_up", at="2090-01-01T10:00", note=long, days=""),
    ):
        assert answer.status_code == 422
        assert "This is too long: at most 200 characters." in answer.text
        assert long in answer.text
    assert (ticket.time_logs.count(), again().follow_up_at) == (0, None)


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 19, "²", "-1"])
def test_it_bears_odd_numbers(page, sales, number):
    assert page.post("agent", value=number).status_code == 422
    assert page.post("follow_up", days=number).status_code == 422
    assert page.post("log_time", minutes=number).status_code == 422
    assert page.post("merge", tickets=[number]).status_code == 422
    assert page.post("transfer", department=number).status_code == 422
    assert page.post("transfer", department=sales.pk, agent=number).status_code == 422
    assert page.show("show_transfer", department=number).status_code == 200
    assert page.show("history", before=number).status_code == 200
    assert page.post("pin", **{"value": "1", "from": number}).status_code == 200
    assert page.post("status", **{"value": "active", "from": number}).status_code == 200
    assert page.ask("reply", text="Hello", seen_message_id=number).status_code in (200, 409)


def test_it_steps_through_the_list(make_ticket, alice):
    first, second, third = (make_ticket(agent=alice) for _ in range(3))
    page = TicketPage(second, alice)
    assert page.show("next", view="my-active").url == TicketPage(first, alice).address()
    assert page.show("previous", view="my-active").url == TicketPage(third, alice).address()
    end = page.client.get(TicketPage(first, alice).address("next"), {"view": "my-active"}, follow=True)
    assert "This is the last ticket of the list" in end.content.decode()


def test_it_steps_through_what_was_found(make_ticket, alice, workshop):
    first, other, second = (make_ticket(subject=subject) for subject in ("Red kettle", "Pot", "Blue kettle"))
    make_ticket(subject="Green kettle", department=workshop)
    ways = [(first, "previous", second), (second, "next", first)]
    for start, step, end in ways:
        assert TicketPage(start, alice).show(step, q="kettle").url == TicketPage(end, alice).address()
    for start, step, text in [
        (first, "next", "This is the last of the results."),
        (second, "previous", "This is the first of the results."),
        (other, "next", "This ticket is not among the first 200 results."),
    ]:
        page = TicketPage(start, alice)
        assert text in page.client.get(page.address(step), {"q": " kettle "}, follow=True).content.decode()
