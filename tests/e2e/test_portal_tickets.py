"""Customers and their tickets in a real browser: with an account, with a link, and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from apps.tickets import services
from apps.tickets.guests import link_key
from apps.tickets.models import CustomField, Message, Ticket
from tests.conftest import PASSWORD
from tests.e2e.test_accessibility import assert_readable  # noqa: F401 - a fixture
from tests.tickets.conftest import MANAGEMENT, bob, make_ticket, sales, ticket, workshop  # noqa: F401 - fixtures

# ruff: noqa: F811 - tests name the fixtures that are imported above

PHONE = {"width": 360, "height": 800}
FILE = {"name": "photo.txt", "mimeType": "text/plain", "buffer": b"It is quite bent."}
ATTACHED = "Attached: photo.txt"


def send(page):
    page.get_by_role("main").get_by_role("button", name="Send").click()


def write(page, subject="My spade is bent", text="It bent on the first day."):
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Message").fill(text)


def answered(ticket, by, text="Send it back to us."):
    return services.reply_to_ticket(ticket=ticket, by=by, text=text, face=MANAGEMENT)


def said(page):
    return page.locator(".said-text").all_inner_texts()


def test_a_guest_asks_keeps_the_link_reads_the_answer_and_replies(desk, page, new_context, sales, alice):
    page.goto(desk.address("/"))
    page.get_by_role("link", name="Submit a ticket").click()
    page.get_by_label("Your name").fill("Gina")
    page.get_by_label("Your e-mail address").fill("gina@example.com")
    write(page)
    page.locator("#files").set_input_files(FILE)
    expect(page.get_by_text(ATTACHED)).to_be_visible()
    send(page)
    expect(page.get_by_role("heading", name="Your ticket is with us")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    answered(Ticket.objects.get(), alice)
    later = new_context(viewport=PHONE).new_page()
    later.goto(link)
    assert "key" not in later.url
    assert said(later) == ["It bent on the first day.", "Send it back to us."]
    expect(later.get_by_text("Waiting for you")).to_be_visible()
    expect(later.get_by_role("link", name=re.compile("photo.txt"))).to_be_visible()
    with later.expect_download() as download:
        later.get_by_role("link", name=re.compile("photo.txt")).click()
    assert download.value.suggested_filename == "photo.txt"
    later.get_by_label("Your message").fill("I have sent it.")
    send(later)
    expect(later.get_by_text("Your message is sent.")).to_be_visible()
    assert said(later)[-1] == "I have sent it."
    expect(later.locator("#latest")).to_be_in_viewport()
    expect(later.get_by_text("With us")).to_be_visible()


def test_a_customer_asks_closes_and_opens_again(desk, page, sign_in, sales, carol):
    sign_in(page, carol)
    page.goto(desk.address("/"))
    page.get_by_text(carol.display_name).click()
    page.get_by_role("navigation", name="Account").get_by_role("link", name="My tickets").click()
    page.get_by_role("main").get_by_role("link", name="Open a ticket").click()
    write(page)
    send(page)
    expect(page.get_by_text("Your ticket is with us. We answer here.")).to_be_visible()
    page.get_by_text("The matter is done?").click()
    page.get_by_role("button", name="Close the ticket").click()
    expect(page.locator(".status")).to_have_text("Closed")
    page.get_by_role("link", name="My tickets").first.click()
    expect(page.get_by_text("Nothing is open")).to_be_visible()
    page.get_by_role("link", name="Closed", exact=True).click()
    page.get_by_role("link", name="My spade is bent").click()
    page.get_by_role("button", name="Open it again without a message").click()
    expect(page.locator(".status")).to_have_text("With us")
    assert Ticket.objects.get().status == "active"


def test_it_shows_the_fields_of_the_department_at_once_and_keeps_them(desk, page, sign_in, sales, workshop, carol):
    CustomField.objects.create(department=sales, name="Order number", is_required=True)
    CustomField.objects.create(department=workshop, name="Model", kind="choice", choices="Kettle\nToaster")
    sign_in(page, carol)
    page.goto(desk.address("/tickets/new/"))
    write(page)
    page.get_by_label("Sales").check()
    page.get_by_label("Order number").fill("A-1")
    page.get_by_label("Workshop").check()
    expect(page.get_by_label("Order number")).to_have_count(0)
    page.get_by_label("Model").select_option("Toaster")
    page.get_by_label("Sales").check()
    expect(page.get_by_label("Order number")).to_have_value("A-1")
    page.get_by_label("Workshop").check()
    expect(page.get_by_label("Model")).to_have_value("Toaster")
    send(page)
    expect(page.get_by_text("Your ticket is with us.")).to_be_visible()
    assert [value.value for value in Ticket.objects.get().field_values.all()] == ["Toaster"]


def test_what_was_typed_survives_signing_in_and_is_forgotten_once_sent(desk, page, sales, workshop, carol):
    CustomField.objects.create(department=workshop, name="Model")
    page.goto(desk.address("/tickets/new/"))
    page.get_by_label("Workshop").check()
    page.get_by_label("Model").fill("Kettle")
    page.get_by_label("Your name").fill("Carol")
    write(page)
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("User name").fill("carol")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("What you wrote before is here again.")).to_be_visible()
    expect(page.get_by_label("Workshop")).to_be_checked()
    expect(page.get_by_label("Subject")).to_have_value("My spade is bent")
    expect(page.get_by_label("Model")).to_have_value("Kettle")
    send(page)
    expect(page.get_by_text("Your ticket is with us.")).to_be_visible()
    assert Ticket.objects.get().customer == carol
    page.goto(desk.address("/tickets/new/"))
    expect(page.get_by_label("Subject")).to_have_value("")


def test_it_starts_afresh_where_that_is_wanted(desk, page, sales):
    page.goto(desk.address("/tickets/new/"))
    write(page)
    page.goto(desk.address("/"))
    page.goto(desk.address("/tickets/new/"))
    expect(page.get_by_label("Subject")).to_have_value("My spade is bent")
    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_label("Subject")).to_have_value("")


def test_it_tells_of_an_answer_and_keeps_what_is_being_written(desk, page, sign_in, ticket, carol, alice):
    sign_in(page, carol)
    page.clock.install()
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    page.get_by_label("Your message").fill("And another thing")
    answered(ticket, alice)
    page.clock.run_for(26_000)
    notice = page.locator("[data-news]")
    expect(notice).to_have_text("There is a new answer. Show it")
    notice.get_by_role("link").click()
    expect(page.get_by_text("Send it back to us.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("And another thing")
    send(page)
    expect(page.get_by_text("Your message is sent.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("")


def test_it_brings_the_newest_message_into_view(desk, page, sign_in, ticket, carol):
    Message.objects.bulk_create(
        Message(ticket=ticket, direction="in", author=carol, author_name="Carol", text=f"Line {number}")
        for number in range(80)
    )
    sign_in(page, carol)
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    expect(page.get_by_text("Line 79", exact=True)).to_be_in_viewport()
    page.goto(desk.address("/tickets/"))
    page.get_by_role("link", name="The kettle is cold").click()
    expect(page.get_by_text("Line 79", exact=True)).to_be_in_viewport()
    page.get_by_role("link", name="Show earlier messages").click()
    expect(page.get_by_text("It stays cold.")).to_be_visible()


def test_it_works_without_scripts(desk, new_context, sales, workshop):
    CustomField.objects.create(department=workshop, name="Model", is_required=True)
    page = new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(desk.address("/tickets/new/"))
    page.get_by_label("Workshop").check()
    page.get_by_label("Your name").fill("Gina")
    page.get_by_label("Your e-mail address").fill("gina@example.com")
    write(page)
    page.locator("#files").set_input_files(FILE)
    page.get_by_role("button", name="Show what this department asks for").click()
    expect(page.get_by_label("Subject")).to_have_value("My spade is bent")
    expect(page.get_by_role("checkbox", name=re.compile("photo.txt"))).to_be_checked()
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Model: This field is required.")
    page.get_by_label("Model").fill("Spade 2")
    send(page)
    expect(page.get_by_role("heading", name="Your ticket is with us")).to_be_visible()
    page.get_by_role("link", name="Show the ticket").click()
    page.get_by_label("Your message").fill("One more thing")
    send(page)
    assert said(page) == ["It bent on the first day.", "One more thing"]
    expect(page.get_by_role("link", name=re.compile("photo.txt"))).to_be_visible()
    page.get_by_text("The matter is done?").click()
    page.get_by_role("button", name="Close the ticket").click()
    expect(page.locator(".status")).to_have_text("Closed")


def test_nobody_who_gets_a_link_from_a_ticket_learns_of_it(desk, page, sign_in, make_ticket, carol):
    sign_in(page, carol)
    ticket = make_ticket(text="See http://elsewhere.localhost/page")
    seen = []
    page.context.route(
        "http://elsewhere.localhost/**", lambda route: (seen.append(route.request.headers), route.fulfill(body="x"))
    )
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    page.get_by_role("link", name="http://elsewhere.localhost/page").click()
    page.wait_for_url("http://elsewhere.localhost/page")
    assert "referer" not in seen[0]


@pytest.mark.parametrize("status", ["waiting", "closed", "locked"])
def test_everybody_can_read_a_ticket(desk, page, sign_in, assert_readable, make_ticket, sales, carol, alice, status):
    field = CustomField.objects.create(department=sales, name="Order number")
    ticket = make_ticket(fields={field.pk: "A-1"}, subject="x" * 200)
    answered(ticket, alice)
    Ticket.objects.filter(pk=ticket.pk).update(status=status)
    sign_in(page, carol)
    assert_readable([f"/tickets/{ticket.number}/"], on_phone=[f"/tickets/{ticket.number}/"])


def test_everybody_can_read_the_lists_and_the_form(
    desk, page, sign_in, assert_readable, make_ticket, sales, workshop, carol
):
    guests = make_ticket(by=None, email="gina@example.com")
    for kind in CustomField.Kind.values:
        CustomField.objects.create(department=sales, name=f"A {kind}", kind=kind, choices="a\nb", help_text="Help")
    new = f"/tickets/new/?department={sales.pk}"
    addresses = ["/tickets/", new, "/tickets/000-00000-00/"]
    assert_readable(addresses, on_phone=addresses)
    page.goto(desk.address(f"/tickets/{guests.number}/?key={link_key(guests)}"))
    opened = [f"/tickets/{guests.number}/", f"/tickets/{guests.number}/opened/"]
    assert_readable(opened, on_phone=opened)
    for number in range(30):
        make_ticket(subject=f"Kettle {number}", status=list(Ticket.Status)[number % 4], fields={})
    sign_in(page, carol)
    own = ["/tickets/?show=all", "/tickets/?q=kettle", "/tickets/?q=unheard", new, f"/tickets/{guests.number}/"]
    assert_readable(own, on_phone=own)
