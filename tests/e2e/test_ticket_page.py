"""Agents at work on a ticket, in real browsers."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import Membership
from apps.brands.models import Brand
from apps.tickets import services
from apps.tickets.models import CannedReply, CustomField, Draft, Message, Ticket
from tests.e2e.test_accessibility import DESKTOP, LONG, PHONE, findings, show, sticks_out
from tests.tickets.conftest import (  # noqa: F401 - fixtures
    MANAGEMENT,
    PORTAL,
    bob,
    make_ticket,
    sales,
    ticket,
    workshop,
)

# ruff: noqa: F811 - tests name the fixtures that are imported above


@pytest.fixture
def colleague(bob, sales):
    Membership.objects.create(department=sales, user=bob)
    return bob


@pytest.fixture
def visit(desk, new_context, sign_in):
    """`visit(alice, ticket)`: the ticket's page in a fresh browser of this person."""

    def open_page(person, ticket, page=None, **options):
        if page is None:
            page = new_context(**options).new_page()
            sign_in(page, person)
        page.goto(desk.address(f"/management/tickets/ticket/{ticket.pk}/change/"))
        return page

    return open_page


def beat(page):
    """Let the page ask at once what is new, as when its window is looked at again."""
    with page.expect_response("**/pulse/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_it_sends_a_reply_after_it_was_taken_back_once(visit, ticket, alice):
    page = visit(alice, ticket)
    text = page.get_by_label("Text", exact=True)
    page.keyboard.press("r")
    expect(text).to_be_focused()
    page.keyboard.type("Which one is it?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.is-held")).to_contain_text("Which one is it?")
    expect(text).to_have_value("")
    expect(page.locator(".work-toast")).to_contain_text("Your reply is sent in")
    assert Message.objects.get(direction="out").is_held
    page.keyboard.press("z")
    expect(text).to_have_value("Which one is it?")
    expect(page.locator(".message")).to_have_count(1)
    expect(text).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" Please.")
    page.get_by_text("Send and set another status").locator("..").click()
    page.get_by_role("button", name="Send and close").click()
    expect(page.locator(".message.is-out")).to_contain_text("Which one is it? Please.")
    expect(page.locator(".message.is-held")).to_have_count(0)
    expect(page.locator(".work-facts")).to_contain_text("Closed")
    reply = Message.objects.get(direction="out")
    assert not reply.is_held
    assert not Draft.objects.exists()


def test_it_shows_two_agents_each_other_and_what_the_other_did(visit, ticket, alice, colleague):
    first, second = visit(alice, ticket), visit(colleague, ticket)
    beat(first)
    expect(first.locator("#ticket-presence")).to_have_text("Bob is looking at this ticket")
    second.get_by_label("Text", exact=True).fill("I have an idea")
    second.wait_for_timeout(500)
    beat(first)
    expect(first.locator("#ticket-presence")).to_have_text("Bob is writing")
    first.get_by_label("Text", exact=True).fill("Not lost")
    second.get_by_role("radio", name="Note").check()
    second.get_by_role("button", name="Add note").click()
    expect(second.locator(".message.is-note")).to_contain_text("I have an idea")
    beat(first)
    expect(first.locator("#ticket-news")).to_contain_text("New note by Bob")
    first.get_by_role("button", name="Show", exact=True).click()
    expect(first.locator(".message.is-note")).to_contain_text("I have an idea")
    expect(first.locator("#ticket-news")).to_be_empty()
    expect(first.get_by_label("Text", exact=True)).to_have_value("Not lost")
    second.close()
    first.wait_for_timeout(300)
    beat(first)
    expect(first.locator("#ticket-presence")).to_be_empty()


def test_it_shows_a_message_that_crossed_the_reply_and_keeps_the_text(visit, ticket, alice, carol, console):
    console.expect("409")
    page = visit(alice, ticket)
    text = page.get_by_label("Text", exact=True)
    text.fill("Send it back")
    services.add_customer_message(ticket=ticket, by=carol, text="It works now!", face=PORTAL)
    page.get_by_role("button", name="Send and set waiting").click()
    crossed = page.get_by_role("region", name="New messages")
    expect(crossed).to_contain_text("It works now!")
    expect(text).to_have_value("Send it back")
    page.get_by_role("button", name="Read first").click()
    expect(page.locator("#conversation")).to_contain_text("It works now!")
    services.add_customer_message(ticket=ticket, by=carol, text="Or not.", face=PORTAL)
    page.get_by_role("button", name="Send and set waiting").click()
    expect(crossed).to_contain_text("Or not.")
    expect(crossed).not_to_contain_text("It works now!")
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator(".message.is-out")).to_contain_text("Send it back")
    expect(crossed).to_have_count(0)


def test_it_keeps_a_draft_and_warns_in_the_other_window(visit, ticket, alice, console):
    console.expect("409")
    first = visit(alice, ticket)
    first.get_by_label("Text", exact=True).fill("First words")
    expect(first.locator("#composer-saved")).to_have_text("Draft saved")
    second = visit(alice, ticket, page=first.context.new_page())
    expect(second.get_by_label("Text", exact=True)).to_have_value("First words")
    second.get_by_label("Text", exact=True).fill("Second words")
    expect(second.locator("#composer-saved")).to_have_text("Draft saved")
    first.get_by_label("Text", exact=True).fill("Third words")
    expect(first.locator("#composer-conflict")).to_contain_text("changed in another window")
    first.get_by_role("button", name="Use the other version").click()
    expect(first.get_by_label("Text", exact=True)).to_have_value("Second words")
    first.get_by_label("Text", exact=True).fill("Left in a hurry")
    first.goto("about:blank")
    for _ in range(50):
        if Draft.objects.get().text == "Left in a hurry":
            break
        first.wait_for_timeout(200)
    assert Draft.objects.get().text == "Left in a hurry"


def test_it_obeys_keys_but_never_while_one_types(visit, desk, make_ticket, alice):
    older, ticket = make_ticket(subject="Older"), make_ticket()
    for one in (older, ticket):
        services.take_ticket(ticket=one, by=alice, face=MANAGEMENT)
    page = visit(alice, ticket)
    page.goto(desk.address("/management/tickets/ticket/?view=my-active"))
    page.get_by_role("link", name="The kettle is cold").click()
    page.wait_for_url("**/change/", wait_until="load")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Add note")).to_be_visible()
    page.keyboard.type("jkut?")
    expect(page.get_by_label("Text", exact=True)).to_have_value("jkut?")
    page.get_by_role("tab", name="Conversation").focus()
    page.keyboard.press("s")
    expect(page.locator("#property-status details")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("#property-status details")).not_to_have_attribute("open", "")
    page.keyboard.press("t")
    expect(page.get_by_role("dialog", name="Transfer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    sheet.get_by_label("Use these shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Conversation").focus()
    page.keyboard.press("t")
    page.wait_for_timeout(300)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    sheet.get_by_label("Use these shortcuts").check()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Conversation").focus()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Older")).to_be_visible()
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(r"/ticket/\?view=my-active$"))


def test_it_changes_properties_where_they_stand(visit, ticket, sales, alice, console):
    console.expect("422")
    CustomField.objects.create(department=sales, name="Order", kind="number")
    page = visit(alice, ticket)
    page.get_by_role("button", name="Take", exact=True).click()
    expect(page.locator("#property-agent")).to_contain_text("Alice")
    page.locator("#pick-priority").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#property-priority").get_by_role("button", name="Normal")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#shown-priority")).to_have_text("Urgent")
    expect(page.locator("#pick-priority")).to_be_focused()
    page.get_by_label("Order").fill("twelve")
    page.get_by_label("Order").press("Enter")
    expect(page.locator(".work-side [role=alert]")).to_have_text("Write a number.")
    page.get_by_label("Order").fill("12")
    page.get_by_label("Order").press("Enter")
    expect(page.locator(".work-side [role=alert]")).to_have_count(0)
    page.locator("#edit-subject").click()
    page.get_by_label("Subject").fill("A warm kettle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A warm kettle")).to_be_visible()
    page.get_by_role("switch", name="Pinned").click()
    expect(page.get_by_role("switch", name="Pinned")).to_be_checked()
    saved = Ticket.objects.get()
    assert (saved.agent, saved.priority, saved.subject, saved.is_pinned) == (alice, "urgent", "A warm kettle", True)
    assert saved.field_values.get().value == "12"


def test_it_puts_a_canned_reply_where_the_cursor_is(visit, ticket, alice):
    CannedReply.objects.create(title="Greeting", category="General", body="Hello {{ customer_name }}")
    CannedReply.objects.create(title="Courier", category="Returns", body="The courier comes.")
    page = visit(alice, ticket)
    text = page.get_by_label("Text", exact=True)
    text.fill("Start  end")
    text.evaluate("element => element.setSelectionRange(6, 6)")
    page.get_by_role("button", name="Canned replies").click()
    page.get_by_label("Search canned replies").fill("hello")
    expect(page.get_by_role("button", name="Courier")).to_have_count(0)
    page.get_by_role("button", name="Greeting").click()
    expect(text).to_have_value("Start Hello Carol end")
    expect(page.locator("#composer-saved")).to_have_text("Draft saved")


def test_it_chooses_a_canned_reply_by_keyboard(visit, ticket, alice):
    for title in ("Courier", "Greeting", "Warranty"):
        CannedReply.objects.create(title=title, body=f"Text of {title}.")
    page = visit(alice, ticket)
    text = page.get_by_label("Text", exact=True)
    search = page.get_by_label("Search canned replies")
    reply = page.locator(".canned-reply")
    page.keyboard.press("c")
    expect(search).to_be_focused()
    for key, focused in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", None), ("ArrowUp", 2)):
        page.keyboard.press(key)
        expect(search if focused is None else reply.nth(focused)).to_be_focused()
    page.keyboard.press("Enter")
    expect(text).to_have_value("Text of Warranty.")
    text.fill("")
    page.get_by_role("button", name="Canned replies").click()
    expect(search).to_be_focused()
    expect(page.locator("#ticket-dialog .htmx-added")).to_have_count(0)  # from now on its typing is listened to
    page.keyboard.type("greet")
    page.keyboard.press("Enter")  # before the replies that fit are there
    expect(text).to_have_value("Text of Greeting.")
    expect(search).to_be_hidden()


def test_it_attaches_a_file_by_choosing_it_and_gives_it_back(visit, ticket, alice):
    page = visit(alice, ticket)
    page.get_by_label("Text", exact=True).fill("See the label")
    page.get_by_text("Attach files").click()
    file = {"name": "label.txt", "mimeType": "text/plain", "buffer": b"Return"}
    page.locator("#composer-files").set_input_files(files=[file])
    expect(page.locator("#composer .attach-item")).to_contain_text("label.txt")
    page.get_by_role("button", name="Send and set waiting").click()
    expect(page.locator(".message.is-out .files")).to_contain_text("label.txt")
    page.locator(".work-toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#composer .attach-item")).to_contain_text("label.txt")
    expect(page.locator(".message")).to_have_count(1)


def fill_new_ticket(page, desk):
    """A new ticket for Carol, not opened yet."""
    page.goto(desk.address("/management/tickets/ticket/add/"))
    page.get_by_label("Search customers by name or e-mail").fill("carol")
    page.get_by_role("button", name="carol@example.com").click()
    page.get_by_label("Subject").fill("By phone")
    page.get_by_label("Message", exact=True).fill("She called.")


def test_it_opens_a_ticket_for_a_customer(visit, desk, ticket, sales, alice, carol):
    page = visit(alice, ticket)
    fill_new_ticket(page, desk)
    page.get_by_role("button", name="Open ticket").click()
    expect(page.get_by_role("heading", name="By phone")).to_be_visible()
    assert Ticket.objects.get(subject="By phone").customer == carol


def test_it_offers_the_brands_of_the_department_that_is_chosen(visit, desk, ticket, workshop, alice, brand):
    other = Brand.objects.create(name="Tidewater")
    Membership.objects.create(department=workshop, user=alice)
    workshop.brands.add(other)
    page = visit(alice, ticket)
    page.goto(desk.address("/management/tickets/ticket/add/"))
    brands = page.get_by_label("Brand")
    page.get_by_label("Department").select_option("Sales")
    brands.select_option("Tidewater")
    expect(brands.get_by_role("option")).to_have_text([brand.name, "Tidewater"])
    page.get_by_label("Department").select_option("Workshop")
    expect(page.locator("#new-brand")).to_have_value(str(other.pk))
    expect(brands).to_be_hidden()


def test_it_goes_on_reading_where_earlier_messages_begin(visit, ticket, alice):
    now = timezone.now()
    Message.objects.bulk_create(
        Message(ticket=ticket, direction="in", author_name="Carol", text=f"number {n}.", created_at=now)
        for n in range(120)
    )
    page = visit(alice, ticket)
    expect(page.locator("article")).to_have_count(50)
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.locator("article")).to_have_count(100)
    expect(page.locator("article").nth(50)).to_be_focused()
    page.get_by_role("button", name="Show earlier messages").click()
    expect(page.locator("article")).to_have_count(121)
    expect(page.get_by_role("button", name="Show earlier messages")).to_have_count(0)


def test_it_says_that_a_locked_ticket_takes_notes_only(visit, ticket, alice):
    services.change_status(ticket=ticket, status="locked", by=alice, face=MANAGEMENT)
    page = visit(alice, ticket)
    expect(page.get_by_text("This ticket is closed and locked")).to_be_visible()
    expect(page.get_by_role("radio", name="Note")).to_be_checked()
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_text("This ticket is closed and locked")).to_have_count(0)
    page.get_by_role("radio", name="Reply").check()
    expect(page.get_by_role("button", name="Send and set waiting")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("brightness", ["light", "dark"])
def test_it_is_accessible(visit, desk, make_ticket, sales, alice, colleague, carol, size, brightness):
    ticket = make_ticket(subject=LONG * 2, text=f"{LONG * 3}\n> {LONG * 3}\n> quoted\nhttps://example.com/{LONG}")
    for kind in CustomField.Kind.values:
        CustomField.objects.create(department=sales, name=kind, kind=kind, choices="a\nb", help_text="Help")
    services.take_ticket(ticket=ticket, by=alice, face=MANAGEMENT)
    services.add_note(ticket=ticket, by=colleague, text=LONG * 3, kind="resolution", face=MANAGEMENT)
    services.add_customer_message(ticket=ticket, by=carol, text="", html="<p>Hello</p>", face=PORTAL)
    services.reply_to_ticket(
        ticket=ticket, by=alice, text=LONG, cc=["a@example.com"], hold_seconds=60, status="active", face=MANAGEMENT
    )
    services.log_time(ticket=ticket, by=alice, minutes=5, subject=LONG, face=MANAGEMENT)
    make_ticket(subject=LONG)
    CannedReply.objects.create(title=LONG, category=LONG, body=LONG * 3)
    visit(colleague, ticket)
    page = visit(alice, ticket, viewport=size)
    show(page, brightness)
    beat(page)

    def check(place):
        assert not list(findings(page)), place
        assert not sticks_out(page), place

    check("page")
    for opener in ("#pick-status", "#pick-agent", "#pick-follow-up", "#edit-subject", "#act-more", "#send-more"):
        page.locator(opener).click()
        check(opener)
        page.keyboard.press("Escape")
    page.get_by_role("tab", name="History").click()
    expect(page.locator(".history-line").first).to_be_visible()
    check("history")
    page.get_by_role("radio", name="Note").check()
    check("note")
    for opener, title in (("#act-transfer", "Transfer"), ("#open-canned", "Canned"), ("#property-time button", "Time")):
        page.locator(opener).click()
        expect(page.get_by_role("dialog", name=title)).to_be_visible()
        check(title)
        page.keyboard.press("Escape")
    page.locator("#act-more").click()
    page.locator("#act-merge").click()
    expect(page.get_by_role("dialog", name="Merge")).to_be_visible()
    check("merge")
    page.goto(desk.address("/management/tickets/ticket/add/"))
    show(page, brightness)
    page.get_by_label("Search customers by name or e-mail").fill("carol")
    expect(page.get_by_role("button", name="carol@example.com")).to_be_visible()
    check("new ticket")
