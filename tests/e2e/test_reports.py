"""Reports, the first page and what is set up for tickets, in a real browser."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.tickets.models import CannedReply, CustomField, CustomFieldValue, Ticket
from tests.e2e.test_accessibility import DESKTOP, LONG, PHONE, check, show, sticks_out
from tests.tickets.conftest import bob, make_ticket, sales, workshop  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
REPORTS = "/management/tickets/reports/"
CANVAS = (
    "() => Object.values(Chart.instances).map((chart) => chart.data.datasets.map((set) => [set.label, ...set.data]))"
)
INK = "() => Chart.defaults.color"


@pytest.fixture
def busy(make_ticket, sales, workshop, alice, bob):  # noqa: F811
    """Tickets of two departments and two agents, some done, some waiting for long."""
    now = timezone.now()
    for number in range(6):
        make_ticket(subject=f"Kettle {number}", agent=alice, created_at=now - timedelta(days=number))
    make_ticket(subject=LONG * 3, department=workshop, agent=bob, priority="urgent", idle_since=now - timedelta(days=9))
    Ticket.objects.filter(subject="Kettle 5").update(
        status="closed", closed_at=now, idle_since=None, first_replied_at=now - timedelta(days=4)
    )
    workshop.name = f"Workshop of {LONG}"
    workshop.save()


@pytest.fixture
def assert_readable(desk, page):
    """`assert_readable(address)`: everything axe finds, in light and dark, on a desk and on a phone."""

    def at(*addresses):
        wrong = []
        for address in addresses:
            page.set_viewport_size(DESKTOP)
            page.goto(desk.address(address))
            wrong += check(page, address)
            page.set_viewport_size(PHONE)
            wrong += check(page, f"{address} at 360 px", "dark", "light")
            if sticks_out(page):
                wrong.append((address, "sticks out at 360 px"))
        assert not wrong, "\n\n".join("\n  ".join(part) for part in wrong)

    return at


def test_it_lets_everybody_read_the_reports(assert_readable, page, sign_in, admin, busy):
    sign_in(page, admin)
    assert_readable(
        REPORTS, f"{REPORTS}?period=custom&first=2026-02-01&last=2026-01-01", f"{REPORTS}?period=90", "/management/"
    )


def test_it_lets_agents_read_their_reports(assert_readable, page, sign_in, alice, busy):
    sign_in(page, alice)
    assert_readable(REPORTS, "/management/")


def test_it_lets_everybody_read_what_is_empty(assert_readable, page, sign_in, manager, sales):  # noqa: F811
    sign_in(page, manager)
    assert_readable(REPORTS, "/management/")


def test_it_lets_everybody_read_what_is_set_up(assert_readable, page, sign_in, admin, busy, sales):  # noqa: F811
    sign_in(page, admin)
    reply = CannedReply.objects.create(title=LONG, body="Hello {{customer_name}}", category="Hello", department=sales)
    field = CustomField.objects.create(department=sales, name=LONG, kind="choice", choices="Red\nGreen")
    CustomFieldValue.objects.create(ticket=Ticket.objects.first(), field=field, value="Red")
    assert_readable(
        *(reverse(f"admin:tickets_{name}_changelist") for name in ("cannedreply", "customfield")),
        reverse("admin:tickets_cannedreply_change", args=[reply.pk]),
        *(reverse(f"admin:tickets_customfield_{name}", args=[field.pk]) for name in ("change", "delete")),
        *(reverse(f"admin:accounts_department_{name}", args=[sales.pk]) for name in ("change", "delete")),
    )


def test_it_shows_a_period_and_its_charts(desk, page, sign_in, admin, busy, console):
    sign_in(page, admin)
    page.goto(desk.address(REPORTS))
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    page.get_by_label("Period").select_option("7")
    page.get_by_label("Department", exact=True).select_option(label="Sales")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("Period")).to_have_value("7")
    expect(page.get_by_role("img", name="Line chart: 6 tickets opened and 1 closed.")).to_be_visible()
    page.wait_for_function("() => window.Chart && Object.keys(Chart.instances).length")
    opened, closed = page.evaluate(CANVAS)[0]
    assert (opened[0], sum(opened[1:]), sum(closed[1:])) == ("Opened", 6, 1)
    table = page.get_by_role("region", name="By day").get_by_role("row")
    assert table.count() == 8


def test_it_asks_for_days_only_where_they_are_wanted(desk, page, sign_in, admin, busy):
    sign_in(page, admin)
    page.goto(desk.address(REPORTS))
    page.get_by_label("Period").select_option("custom")
    page.get_by_label("From", exact=True).fill("2026-03-02")
    page.get_by_label("To", exact=True).fill("2026-03-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Choose a day that is not before the first one.")).to_be_visible()
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-03-02")


def test_it_inks_the_charts_for_light_and_dark(desk, page, sign_in, admin, busy):
    sign_in(page, admin)
    page.goto(desk.address(REPORTS))
    page.wait_for_function("() => window.Chart && Object.keys(Chart.instances).length")
    show(page, "light")
    light = page.evaluate(INK)
    show(page, "dark")
    page.wait_for_function("(before) => Chart.defaults.color !== before", arg=light)
    assert page.evaluate(INK)


def test_it_downloads_a_table(desk, page, sign_in, admin, busy):
    sign_in(page, admin)
    page.goto(desk.address(f"{REPORTS}?period=90"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV: By agent").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Agent,Opened,Closed,Backlog")
    assert lines[1].startswith("Alice,6,1,5")


def test_it_leads_from_a_card_to_its_list(desk, page, sign_in, alice, busy):
    sign_in(page, alice)
    page.goto(desk.address("/management/"))
    card = page.get_by_role("link", name="My active")
    expect(card).to_contain_text("5")
    card.click()
    expect(page).to_have_url(desk.address("/management/tickets/ticket/?view=my-active"))
    expect(page.get_by_role("link", name="Kettle 3", exact=True)).to_be_visible()


def test_it_shows_how_a_canned_reply_reads(desk, page, sign_in, admin, sales):  # noqa: F811
    sign_in(page, admin)
    page.goto(desk.address(reverse("admin:tickets_cannedreply_add")))
    body = page.get_by_label("Text")
    body.fill("Hello ")
    page.get_by_role("button", name="{{customer_name}}").click()
    expect(body).to_be_focused()
    page.keyboard.type(", {{nobody}} <b>writes</b> from ")
    page.get_by_role("button", name="{{department}}").click()
    page.get_by_label("Department").select_option(label="Sales")
    preview = page.locator("[data-preview-text]")
    expect(preview).to_have_text("Hello Carol Brandt, {{nobody}} <b>writes</b> from Sales")
    expect(preview.locator(".is-unknown")).to_have_text("{{nobody}}")
