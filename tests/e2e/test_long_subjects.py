"""A subject of 200 letters without a space on a phone."""

import pytest

from apps.tickets import services
from tests.e2e.test_accessibility import PHONE, sticks_out
from tests.tickets.conftest import MANAGEMENT, PORTAL, make_ticket, sales  # noqa: F401 - fixtures

# ruff: noqa: F811 - tests name the fixtures that are imported above

LONG = "x" * 200
# The boxes with such a subject in them that are cut off or have to be scrolled sideways.
CUT_OFF = """() => {
  const boxes = new Set();
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    if (!/x{99}|y{99}/.test(words.currentNode.data)) continue;
    for (let box = words.currentNode.parentElement; box && box.clientWidth !== 1; box = box.parentElement) {
      const isWider = box.scrollWidth > box.clientWidth + 1;
      if (isWider && box.clientWidth && getComputedStyle(box).overflowX !== "visible") boxes.add(box);
    }
  }
  return [...boxes].map((box) => box.outerHTML.slice(0, 160));
}"""


@pytest.fixture
def talked(make_ticket, alice, carol):
    """A ticket with such a subject, of which both sides were told, and another one to merge with it."""
    ticket = make_ticket(subject=LONG)
    services.reply_to_ticket(ticket=ticket, by=alice, text="Hello", face=MANAGEMENT)
    services.add_customer_message(ticket=ticket, by=carol, text="And?", face=PORTAL)
    services.change_subject(ticket=ticket, subject=LONG.replace("x", "y"), by=alice, face=MANAGEMENT)
    services.change_subject(ticket=ticket, subject=LONG, by=alice, face=MANAGEMENT)
    make_ticket(subject=LONG)
    return ticket


@pytest.fixture
def phone(new_context):
    return new_context(viewport=PHONE).new_page()


def fits(page):
    return not sticks_out(page) and page.evaluate(CUT_OFF) == []


def test_agents_read_all_of_it(desk, phone, sign_in, alice, talked):
    sign_in(phone, alice)
    for address in ("?view=all", f"?q={LONG[:20]}", f"{talked.pk}/change/"):
        phone.goto(desk.address(f"/management/tickets/ticket/{address}"))
        assert fits(phone), address
    phone.get_by_role("tab", name="History").click()
    phone.get_by_text("y" * 99).first.wait_for()
    assert fits(phone)
    for address in ("/management/", "/management/notifications/"):
        phone.goto(desk.address(address))
        assert fits(phone), address


def test_it_fits_what_is_said_before_merging(desk, phone, sign_in, manager, talked):
    sign_in(phone, manager)
    phone.goto(desk.address(f"/management/tickets/ticket/{talked.pk}/change/"))
    phone.locator("#act-more").click()
    phone.locator("#act-merge").click()
    phone.locator("dialog").get_by_role("checkbox").first.check()
    assert fits(phone)
    phone.get_by_role("button", name="Go on").click()
    phone.get_by_text("Everything goes into").wait_for()
    assert fits(phone)


def test_customers_read_all_of_it(desk, phone, sign_in, carol, talked):
    sign_in(phone, carol)
    for address in ("/tickets/", f"/tickets/?q={LONG[:20]}", f"/tickets/{talked.number}/", "/notifications/"):
        phone.goto(desk.address(address))
        assert fits(phone), address
