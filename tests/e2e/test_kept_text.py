"""What customers write on the portal is not lost, and what was sent is not shown again."""

from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from apps.tickets.guests import link_key
from apps.tickets.models import Message
from tests.conftest import PASSWORD
from tests.e2e.gates import Gate
from tests.e2e.test_accessibility import assert_readable  # noqa: F401 - a fixture
from tests.tickets.conftest import make_ticket, sales, ticket  # noqa: F401 - fixtures

# ruff: noqa: F811 - tests name the fixtures that are imported above

KEPT = "What you wrote is kept in this tab."
HERE_AGAIN = "What you wrote before is here again."
# The driver itself waits until a page that was sent for is there.
SEND_AND_TYPE = """async () => {
  const form = document.getElementById("answer");
  form.requestSubmit();
  await new Promise((done) => setTimeout(done, 100));
  form.elements.text.focus();
  document.execCommand("insertText", false, " lost words");
  return [form.elements.text.value, form.getAttribute("aria-busy")];
}"""


def send(page):
    page.get_by_role("main").get_by_role("button", name="Send").click()


def test_a_customer_whose_session_ended_while_writing_goes_on(desk, page, sign_in, ticket, carol, console):
    console.expect("404")
    sign_in(page, carol)
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    page.get_by_label("Your message").fill("A long story")
    Session.objects.all().delete()
    send(page)
    expect(page.get_by_role("heading", name="There is no such ticket")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your message")).to_have_value("A long story")
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("User name").fill("carol")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(HERE_AGAIN)).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("A long story")
    send(page)
    expect(page.get_by_text("Your message is sent.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("")
    assert Message.objects.latest("pk").text == "A long story"


def test_a_guest_whose_session_ended_while_writing_goes_on(desk, page, make_ticket, console):
    console.expect("404")
    ticket = make_ticket(by=None, email="gina@example.com")
    link = desk.address(f"/tickets/{ticket.number}/?key={link_key(ticket)}")
    page.goto(link)
    page.get_by_label("Your message").fill("A long story")
    Session.objects.all().delete()
    send(page)
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.goto(link)
    expect(page.get_by_text(HERE_AGAIN)).to_be_visible()
    send(page)
    expect(page.get_by_text("Your message is sent.")).to_be_visible()
    page.goto(desk.address("/tickets/000-00000-00/"))
    expect(page.get_by_text(KEPT)).not_to_be_visible()


def test_a_reply_is_sent_after_signing_in_again_in_another_tab(desk, page, sign_in, ticket, carol):
    sign_in(page, carol)
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    page.get_by_label("Your message").fill("A long story")
    page.context.clear_cookies(name="csrftoken")
    tab = page.context.new_page()
    tab.goto(page.url)
    tab.close()
    send(page)
    expect(page.get_by_text("Your message is sent.")).to_be_visible()


def test_nothing_can_be_typed_while_a_message_is_on_its_way(desk, page, sign_in, ticket, carol):
    sign_in(page, carol)
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    message = page.get_by_label("Your message")
    message.fill("Hello")
    gate = Gate(page, f"**/tickets/{ticket.number}/")
    assert page.evaluate(SEND_AND_TYPE) == ["Hello", "true"]
    gate.wait()
    gate.open()
    expect(page.get_by_text("Your message is sent.")).to_be_visible()
    expect(message).to_be_editable()


def test_going_back_shows_no_reply_that_was_sent_and_every_other(desk, page, sign_in, ticket, carol):
    sign_in(page, carol)
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    page.get_by_label("Your message").fill("Sent")
    send(page)
    expect(page.get_by_text("Your message is sent.")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Your message")).to_have_value("")
    page.get_by_label("Your message").fill("Not sent")
    page.goto(desk.address("/tickets/"))
    page.go_back()
    expect(page.get_by_label("Your message")).to_have_value("Not sent")


def test_going_back_to_the_form_of_an_opened_ticket_finds_it_empty(desk, page, sign_in, sales, carol):
    sign_in(page, carol)
    page.goto(desk.address("/tickets/new/"))
    page.get_by_label("Subject").fill("My spade is bent")
    page.get_by_label("Message").fill("It bent.")
    send(page)
    expect(page.get_by_text("Your ticket is with us.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Open a ticket")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("")
    expect(page.get_by_label("Message")).to_have_value("")


def test_a_corrected_field_is_no_longer_marked_as_wrong(desk, page, sign_in, sales, carol):
    sign_in(page, carol)
    page.goto(desk.address("/tickets/new/"))
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Subject")
    page.get_by_label("Subject").press_sequentially("My spade")
    expect(page.get_by_role("alert")).not_to_contain_text("Subject")
    assert page.get_by_label("Subject").get_attribute("aria-invalid") is None
    page.get_by_label("Message").fill("It bent.")
    expect(page.locator("[aria-invalid=true], .field-wrong, .wrong, .errors")).to_have_count(0)


def test_everybody_can_read_what_was_not_sent(desk, page, sign_in, assert_readable, ticket, carol, console):
    console.expect("404")
    sign_in(page, carol)
    address = f"/tickets/{ticket.number}/"
    page.goto(desk.address(address))
    page.get_by_label("Your message").fill("A long story")
    Session.objects.all().delete()
    assert_readable([address], on_phone=[address])
    expect(page.get_by_text(KEPT)).to_be_visible()
