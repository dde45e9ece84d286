"""An agent works through the lists of tickets in a real browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.tickets.models import Ticket
from tests.conftest import signed_in
from tests.e2e.test_accessibility import DESKTOP, LONG, PHONE, check, sticks_out
from tests.tickets.conftest import dave, make_ticket, sales  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
LIST = "/management/tickets/ticket/"


@pytest.fixture
def tickets(make_ticket, alice, manager, dave):  # noqa: F811
    """A dozen tickets that look different."""
    now = timezone.now()
    rows = [make_ticket(subject=f"Kettle {n}") for n in range(8)]
    Ticket.objects.filter(pk=rows[0].pk).update(status="closed")
    Ticket.objects.filter(pk=rows[1].pk).update(status="locked")
    Ticket.objects.filter(pk=rows[2].pk).update(
        agent=alice, priority="urgent", is_pinned=True, follow_up_at=now - timedelta(days=1)
    )
    Ticket.objects.filter(pk=rows[3].pk).update(agent=manager, status="waiting", priority="high")
    rows.append(make_ticket(subject=LONG * 3, by=dave))
    rows.append(make_ticket(subject="Old", by=None, email="eve@example.com", name="Eve", priority="low"))
    Ticket.objects.filter(pk=rows[-1].pk).update(idle_since=now - timedelta(days=3))
    return rows


@pytest.fixture
def work(desk, page, sign_in, alice, tickets):
    """`work("view=open")`: Alice looks at a list."""
    sign_in(page, alice)

    def go(query=""):
        page.goto(desk.address(f"{LIST}?{query}"))
        return page

    return go


def row(page, subject):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=subject, exact=True))


def test_it_closes_ticked_tickets_after_showing_what_will_happen(work, tickets):
    page = work("view=all")
    expect(page.get_by_role("group", name="With the ticked tickets")).to_be_hidden()
    for subject in ("Kettle 0", "Kettle 1", "Kettle 4", "Kettle 5"):
        row(page, subject).get_by_role("checkbox").check()
    expect(page.get_by_text("Ticked: 4")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("2 tickets will be closed.")).to_be_visible()
    expect(page.get_by_text("2 are left out:")).to_be_visible()
    assert Ticket.objects.get(pk=tickets[4].pk).status == "active"
    page.get_by_role("button", name="Close 2 tickets").click()
    expect(page.get_by_text("2 tickets were closed.")).to_be_visible()
    assert Ticket.objects.get(pk=tickets[4].pk).status == "closed"
    assert page.url.endswith("view=all")


def test_it_follows_the_choice_on_the_way_to_a_bulk_action(work, tickets, alice):
    page = work("view=open")
    page.get_by_role("checkbox", name="All on this page").check()
    page.get_by_role("button", name="Set priority").click()
    expect(page.get_by_text("Choose first")).to_be_visible()
    page.get_by_label("Priority").select_option("Urgent")
    expect(page.get_by_text("7 tickets will get this priority.")).to_be_visible()
    page.get_by_label("Priority").select_option("Low")
    expect(page.get_by_text("1: It has this priority already.")).to_be_visible()
    page.get_by_role("button", name="Set the priority of 7 tickets").click()
    expect(page.get_by_text("7 tickets have a new priority.")).to_be_visible()
    assert Ticket.objects.filter(priority="low").count() == 8


def test_it_merges_into_the_ticket_that_is_chosen(work, tickets):
    page = work("view=open")
    for subject in ("Kettle 4", "Kettle 5", "Kettle 6", "Old"):
        row(page, subject).get_by_role("checkbox").check()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("radio", name=re.compile("Kettle 6")).check()
    expect(page.get_by_text("2 tickets will be merged into the one that stays.")).to_be_visible()
    page.get_by_role("button", name="Merge 2 tickets").click()
    expect(page.get_by_text("2 tickets were merged.")).to_be_visible()
    assert Ticket.objects.filter(merged_into=tickets[6]).count() == 2


def test_it_takes_the_next_ticket_and_one_from_the_list(work, tickets, alice, desk):
    page = work("view=unassigned")
    page.get_by_role("button", name="Take next").click()
    page.wait_for_url(re.compile(r"/change/"))
    assert Ticket.objects.filter(agent=alice).count() == 2
    page = work("view=unassigned")
    row(page, "Kettle 7").get_by_role("button", name=re.compile("^Take.*Kettle 7")).click()
    page.wait_for_url(desk.address(f"{LIST}{tickets[7].pk}/change/"))
    assert Ticket.objects.get(pk=tickets[7].pk).agent == alice


def test_it_says_whether_the_agent_is_available(work, alice):
    page = work()
    switch = page.get_by_role("switch", name="Available for new tickets")
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()
    alice.refresh_from_db()
    assert not alice.is_available


def test_it_finds_tickets_and_customers(work, tickets, desk):
    page = work()
    page.get_by_role("searchbox").fill("kettle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Search")).to_be_visible()
    expect(page.locator(".found-ticket")).to_have_count(8)
    page.get_by_role("searchbox").fill("dave")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("dave@example.com")).click()
    expect(page.get_by_text("Customer: Dave")).to_be_visible()
    expect(page.locator(".ticket-row")).to_have_count(1)
    page.get_by_role("searchbox").fill(tickets[4].number.lower().replace("-", ""))
    page.keyboard.press("Enter")
    page.wait_for_url(desk.address(f"{LIST}{tickets[4].pk}/change/"))


def test_it_filters_at_once_and_keeps_the_address_tidy(work, desk):
    page = work("view=open")
    page.get_by_label("Priority").select_option("Urgent")
    page.wait_for_url(desk.address(f"{LIST}?view=open&priority=urgent"))
    expect(page.locator(".ticket-row")).to_have_count(1)
    expect(page.get_by_label("Priority")).to_be_focused()
    page.get_by_role("link", name="Priority: Urgent").click()
    expect(page.locator(".ticket-row")).to_have_count(8)


def test_it_works_with_the_keyboard_alone(work, tickets, desk):
    page = work("view=open")
    page.keyboard.press("j")
    expect(page.locator(".ticket-link").nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    expect(page.locator(".ticket-link").nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("Ticked: 1")).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("jxk?/")
    expect(page.get_by_role("searchbox")).to_have_value("jxk?/")
    expect(sheet).to_be_hidden()
    page.locator(".ticket-link").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/change/"))


def test_it_leaves_the_keyboard_alone_where_shortcuts_are_off(work):
    page = work("view=open")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these shortcuts").uncheck()
    page.get_by_role("button", name="Close", exact=True).click()
    assert page.evaluate("localStorage.getItem('desk-shortcuts')") == "off"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") != "ticket-link"
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these shortcuts").check()
    assert page.evaluate("localStorage.getItem('desk-shortcuts')") is None


def test_it_opens_a_ticket_wherever_its_row_is_clicked(work, tickets, desk):
    page = work("view=open")
    row(page, "Kettle 4").get_by_text("Sales").click(force=True)  # the link lies over the whole row
    page.wait_for_load_state()
    assert page.url == desk.address(f"{LIST}{tickets[4].pk}/change/")


def test_it_works_without_scripts(desk, new_context, sign_in, alice, tickets):
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, alice)
    page.goto(desk.address(f"{LIST}?view=open"))
    page.get_by_label("Priority").select_option("Urgent")
    page.get_by_role("button", name="Apply").click()
    assert page.locator(".ticket-row").count() == 1
    page.get_by_role("checkbox", name="All on this page").check()
    page.get_by_role("button", name="Set status").click()
    page.get_by_label("Status").select_option("Waiting")
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_role("button", name="Set the status of 1 ticket").click()
    expect(page.get_by_text("1 ticket has a new status.")).to_be_visible()
    assert Ticket.objects.get(pk=tickets[2].pk).status == "waiting"


def test_it_can_be_read_by_everybody(work, page, desk, tickets, manager):
    wrong = []
    queries = ("view=all", f"view=open&priority=urgent&customer={tickets[0].customer_id}", "view=transferred",
               "q=kettle", "q=zebra", "q=3F2-1A7B9-KX")  # fmt: skip
    for query in queries:
        page.set_viewport_size(DESKTOP)
        work(query)
        wrong += check(page, query)
        page.set_viewport_size(PHONE)
        if sticks_out(page):
            wrong.append((query, "sticks out at 360 px"))
        wrong += check(page, f"{query} at 360 px", "dark", "light")
    for action in ("Merge", "Transfer", "Assign", "Close"):
        page.set_viewport_size(DESKTOP)
        work("view=all")
        page.get_by_role("checkbox", name="All on this page").check()
        wrong += check(page, "ticked tickets")
        page.get_by_role("button", name=action, exact=True).click()
        page.locator("#bulk-preview").wait_for()
        wrong += check(page, action)
        page.set_viewport_size(PHONE)
        if sticks_out(page):
            wrong.append((action, "sticks out at 360 px"))
    page.set_viewport_size(DESKTOP)
    work("view=all").get_by_role("button", name="Keyboard shortcuts").click()
    wrong += check(page, "shortcuts")
    assert not wrong, "\n\n".join("\n  ".join(part) for part in wrong)
    assert signed_in(manager).get(LIST).status_code == 200
