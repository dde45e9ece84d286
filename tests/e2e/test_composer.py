"""Writing on a ticket in two tabs, with a bad connection, and by going back."""

import pytest
from playwright.sync_api import expect

from apps.tickets import services
from apps.tickets.models import CannedReply, Draft, Message, Ticket
from tests.conftest import signed_in
from tests.e2e.gates import Gate
from tests.e2e.test_files import DROP, PASTE, a_file, arrived, items
from tests.e2e.test_ticket_page import beat, colleague, fill_new_ticket, visit  # noqa: F401 - fixtures
from tests.tickets.conftest import MANAGEMENT, bob, make_ticket, sales, ticket  # noqa: F401 - fixtures

# ruff: noqa: F811 - tests name the fixtures that are imported above

# Whether the browser would leave the page for a file that is dropped on its heading.
IS_LEFT_ALONE = """() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["words"], "a.txt", { type: "text/plain" }));
  const event = new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true });
  return document.querySelector("#ticket-subject h2").dispatchEvent(event);
}"""


def text_of(page):
    return page.get_by_label("Text", exact=True)


def send(page):
    page.get_by_role("button", name="Send and set waiting").click()


def test_nothing_can_be_typed_while_a_reply_is_on_its_way(visit, ticket, alice):
    page = visit(alice, ticket)
    gate = Gate(page, "**/reply/")
    text_of(page).fill("Hello")
    page.get_by_text("Copy to others").click()
    send(page)
    gate.wait()
    expect(page.locator("#composer")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#composer-saved")).to_have_text("Sending …")
    text_of(page).press("End")
    page.keyboard.type(" lost words")
    expect(text_of(page)).to_have_value("Hello")
    assert page.locator("#composer-cc").get_attribute("readonly") is not None
    page.get_by_role("radio", name="Note").click(force=True)
    page.locator("#composer-text").evaluate(PASTE)
    expect(page.locator(".attach-item")).to_have_count(0)
    gate.open()
    expect(page.locator(".message.is-held")).to_contain_text("Hello")
    expect(text_of(page)).to_have_value("")
    expect(page.get_by_role("radio", name="Reply")).to_be_checked()
    arrived(page, 1)
    text_of(page).fill("And a picture")
    assert Message.objects.filter(direction="out").get().attachments.count() == 0


def test_what_was_typed_stays_where_a_reply_does_not_arrive(visit, ticket, alice, console):
    console.expect("ERR_FAILED")
    page = visit(alice, ticket)
    page.route("**/reply/", lambda route: route.abort())
    text_of(page).fill("Hello")
    send(page)
    expect(page.locator("#composer-problem")).to_contain_text("did not work")
    expect(text_of(page)).to_be_editable()
    expect(text_of(page)).to_have_value("Hello")
    text_of(page).press("End")
    page.keyboard.type("!")
    expect(page.locator("#composer-problem")).to_be_empty()
    page.unroute("**/reply/")
    send(page)
    expect(page.locator(".message.is-out")).to_contain_text("Hello!")
    expect(text_of(page)).to_have_value("")


def test_what_was_changed_after_a_lost_answer_stays(visit, ticket, alice, console):
    console.expect("ERR_FAILED")
    page = visit(alice, ticket)

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    page.route("**/reply/", lose_the_answer)
    text_of(page).fill("Hello")
    send(page)
    expect(page.locator("#composer-problem")).to_contain_text("did not work")
    page.unroute("**/reply/")
    text_of(page).fill("Hello, and more")
    send(page)
    expect(page.locator("#composer-problem")).to_contain_text("had been sent already")
    expect(text_of(page)).to_have_value("Hello, and more")
    expect(page.locator(".message.is-out")).to_have_count(1)
    send(page)
    expect(page.locator(".message.is-out")).to_have_count(2)
    assert [one.text for one in Message.objects.filter(direction="out").order_by("pk")] == ["Hello", "Hello, and more"]


def test_it_attaches_and_sends_after_signing_in_again_in_another_tab(visit, ticket, alice, sign_in):
    page = visit(alice, ticket)
    old = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}["csrftoken"]
    other = signed_in(alice)
    other.get("/management/")
    page.context.clear_cookies(name="csrftoken")
    sign_in(page, alice)
    tab = page.context.new_page()
    tab.goto(page.url)
    assert {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}["csrftoken"] != old
    tab.close()
    page.get_by_text("Attach files").click()
    page.locator("#composer-files").set_input_files(files=[a_file("label.txt")])
    arrived(page, 1)
    text_of(page).fill("See the label")
    send(page)
    expect(page.locator(".message.is-out .files")).to_contain_text("label.txt")


@pytest.mark.parametrize("gone", [{"name": "desk_session"}, {}])
def test_it_says_that_one_is_signed_out_whichever_cookies_are_gone(visit, ticket, alice, console, gone):
    console.expect("403")
    page = visit(alice, ticket)
    text_of(page).fill("Not lost")
    expect(page.locator("#composer-saved")).to_have_text("Draft saved")
    page.context.clear_cookies(**gone)
    send(page)
    expect(page.locator("#composer-problem")).to_contain_text("You are signed out")
    expect(text_of(page)).to_have_value("Not lost")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#ticket-problem")).to_contain_text("You are signed out")
    page.locator("#ticket-problem").evaluate("place => place.replaceChildren()")
    page.get_by_role("switch", name="Pinned").click()
    expect(page.locator("#ticket-problem")).to_contain_text("You are signed out")


def test_it_says_that_one_is_signed_out_when_a_canned_reply_is_chosen(visit, ticket, alice):
    CannedReply.objects.create(title="Greeting", body="Hello")
    page = visit(alice, ticket)
    page.keyboard.press("c")
    expect(page.locator(".canned-reply")).to_be_visible()
    page.context.clear_cookies(name="desk_session")
    page.locator(".canned-reply").click()
    expect(page.locator("#ticket-problem")).to_contain_text("You are signed out")
    expect(text_of(page)).to_have_value("")


def test_it_forgets_a_complaint_after_the_next_success(visit, ticket, alice, console):
    console.expect("500")
    page = visit(alice, ticket)
    page.route("**/transfer/form/**", lambda route: route.fulfill(status=500, body="x"))
    page.locator("#act-transfer").click()
    expect(page.locator("#ticket-problem")).to_contain_text("did not work")
    text_of(page).fill("Hello")
    send(page)
    expect(page.locator(".message.is-out")).to_contain_text("Hello")
    expect(page.locator("#ticket-problem")).to_be_empty()


def test_a_file_that_is_dropped_beside_the_composer_is_attached(visit, ticket, alice):
    page = visit(alice, ticket)
    page.evaluate(DROP, [page.locator("#ticket-subject h2").element_handle(), ["beside.txt"]])
    assert not page.evaluate(IS_LEFT_ALONE)
    arrived(page, 1)
    expect(page.locator(".composer-files")).to_have_attribute("open", "")
    expect(page.locator(".attach-item")).to_be_in_viewport()


def test_it_warns_of_a_reply_of_a_colleague(visit, ticket, alice, colleague, console):
    console.expect("409")
    page = visit(alice, ticket)
    text_of(page).fill("Send it back")
    services.reply_to_ticket(ticket=ticket, by=colleague, text="Keep it", hold_seconds=30, face=MANAGEMENT)
    send(page)
    crossed = page.get_by_role("region", name="New messages")
    expect(crossed).to_contain_text("Bob replied too while you were writing. Your reply is not sent yet.")
    expect(crossed).to_contain_text("Keep it")
    expect(text_of(page)).to_have_value("Send it back")
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator(".message.is-out")).to_have_count(2)


def test_going_back_shows_nothing_that_was_sent_and_every_draft(visit, desk, ticket, alice):
    page = visit(alice, ticket)
    gate = Gate(page, "**/reply/")
    gate.is_open = True
    text_of(page).fill("Sent")
    expect(page.locator("#composer-saved")).to_have_text("Draft saved")
    page.reload()
    expect(text_of(page)).to_have_value("Sent")
    send(page)
    expect(page.locator(".message.is-out")).to_contain_text("Sent")
    page.goto(desk.address("/management/tickets/ticket/"))
    page.go_back()
    expect(page.locator(".message.is-out")).to_contain_text("Sent")
    expect(text_of(page)).to_have_value("")
    text_of(page).fill("Not sent")
    expect(page.locator("#composer-saved")).to_have_text("Draft saved")
    page.goto(desk.address("/management/tickets/ticket/"))
    Draft.objects.update(text="Changed elsewhere")
    page.go_back()
    expect(text_of(page)).to_have_value("Changed elsewhere")


def test_going_back_to_the_form_of_an_opened_ticket_finds_it_empty(visit, desk, ticket, alice, carol):
    page = visit(alice, ticket)
    fill_new_ticket(page, desk)
    page.goto(desk.address("/management/tickets/ticket/"))
    page.go_back()
    expect(page.get_by_label("Subject")).to_have_value("By phone")
    page.get_by_label("Search customers by name or e-mail").fill("carol")
    page.get_by_role("button", name="carol@example.com").click()
    page.get_by_role("button", name="Open ticket").click()
    expect(page.get_by_role("heading", name="By phone")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="New ticket")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    expect(page.get_by_label("Search customers by name or e-mail")).to_be_visible()
    assert page.locator("[name=customer]").input_value() == ""


def test_a_corrected_field_is_no_longer_marked_as_wrong(visit, desk, ticket, alice, console):
    console.expect("422")
    page = visit(alice, ticket)
    page.goto(desk.address("/management/tickets/ticket/add/"))
    page.get_by_role("button", name="Open ticket").click()
    expect(page.get_by_role("alert")).to_contain_text("Write a subject.")
    subject = page.get_by_label("Subject")
    expect(subject).to_have_attribute("aria-invalid", "true")
    subject.press_sequentially("By phone")
    assert subject.get_attribute("aria-invalid") is None
    expect(page.get_by_text("Write a subject.")).to_have_count(0)
    expect(page.get_by_role("alert")).to_contain_text("Write a message.")
    page.get_by_label("Message", exact=True).fill("She called.")
    page.get_by_label("E-mail address", exact=True).fill("gina@example.com")
    expect(page.locator("[data-errors], [aria-invalid], .work-error")).to_have_count(0)


@pytest.mark.parametrize("count", [2, 6])
def test_guests_attach_several_files_at_once(desk, page, sales, count):
    page.goto(desk.address("/tickets/new/"))
    names = [f"{number}.txt" for number in range(count)]
    page.evaluate(DROP, [page.locator("form:has([data-attach])").element_handle(), names])
    arrived(page, count)
    assert items(page) == names
    page.get_by_label("Your name").fill("Gina")
    page.get_by_label("Your e-mail address").fill("gina@example.com")
    page.get_by_label("Subject").fill("My spade is bent")
    page.get_by_label("Message").fill("It bent.")
    page.get_by_role("main").get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Your ticket is with us")).to_be_visible()
    assert Ticket.objects.get().attachments.count() == count


def test_a_note_that_is_being_written_stays_a_note_when_a_reply_is_taken_back(visit, ticket, alice):
    page = visit(alice, ticket)
    text_of(page).fill("Hello Carol")
    send(page)
    expect(page.locator(".work-toast")).to_be_visible()
    page.get_by_role("radio", name="Note").check(force=True)
    text_of(page).fill("We suspect fraud")
    page.locator(".work-toast").get_by_role("button", name="Undo").click()
    expect(text_of(page)).to_have_value("Hello Carol\n\nWe suspect fraud")
    expect(page.get_by_role("radio", name="Note")).to_be_checked()
    expect(page.get_by_role("button", name="Add note")).to_be_visible()
    expect(page.locator("#composer-problem")).to_contain_text("Together they are a note until you choose Reply.")
    draft = Draft.objects.get()
    assert (draft.kind, draft.text) == ("note", "Hello Carol\n\nWe suspect fraud")


def test_what_was_written_in_another_window_stays_when_a_reply_is_taken_back(visit, ticket, alice, console):
    console.expect("409")
    page = visit(alice, ticket)
    text_of(page).fill("Hello Carol")
    send(page)
    expect(page.locator(".work-toast")).to_be_visible()
    services.save_draft(ticket=ticket, by=alice, text="From the other window", kind="note")
    text_of(page).fill("From this one")
    page.locator(".work-toast").get_by_role("button", name="Undo").click()
    expect(text_of(page)).to_have_value("Hello Carol\n\nFrom the other window\n\nFrom this one")
    expect(page.get_by_role("radio", name="Note")).to_be_checked()
