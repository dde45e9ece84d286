"""A whole day at the desk: a customer with a parcel, an agent, and one ticket too many."""

from playwright.sync_api import expect

from apps.tickets.models import Message, Ticket
from tests.tickets.conftest import bob, sales, workshop  # noqa: F401 - fixtures

# ruff: noqa: F811 - tests name the fixtures that are imported above

FILE = {"name": "label.txt", "mimeType": "text/plain", "buffer": b"Print this and put it on the parcel."}


def open_ticket(page, desk, subject, text):
    page.goto(desk.address("/tickets/new/"))
    page.get_by_label("Sales").check()
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Message").fill(text)
    page.get_by_role("main").get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your ticket is with us.")).to_be_visible()


def test_a_ticket_from_the_first_word_to_the_last(desk, page, new_context, sign_in, sales, workshop, carol, alice):
    customer, agent = page, new_context().new_page()
    sign_in(customer, carol)
    sign_in(agent, alice)

    open_ticket(customer, desk, "My parcel is lost", "It should be here since Monday.")
    first = customer.url
    open_ticket(customer, desk, "Parcel again", "Nobody has brought it yet.")

    agent.goto(desk.address("/management/tickets/ticket/?view=unassigned"))
    agent.get_by_role("button", name="Take next").click()
    expect(agent.get_by_role("heading", name="My parcel is lost")).to_be_visible()
    text = agent.get_by_label("Text", exact=True)
    agent.get_by_role("radio", name="Note").check()
    text.fill("The carrier says it is in Leipzig.")
    agent.get_by_role("button", name="Add note").click()
    expect(agent.locator(".message.is-note")).to_contain_text("Leipzig")

    agent.get_by_role("radio", name="Reply").check()
    text.fill("We send another one. Please send the old one back with this label.")
    agent.get_by_text("Attach files").click()
    agent.locator("input[type=file]").set_input_files(FILE)
    expect(agent.get_by_text("Attached: label.txt")).to_be_attached()
    agent.get_by_role("button", name="Send and set waiting").click()
    expect(agent.locator(".message.is-held")).to_contain_text("We send another one.")
    expect(agent.locator(".message.is-held")).to_have_count(0)

    customer.goto(first)
    expect(customer.get_by_text("Waiting for you")).to_be_visible()
    expect(customer.get_by_role("main")).to_contain_text("We send another one.")
    expect(customer.get_by_role("main")).not_to_contain_text("Leipzig")
    with customer.expect_download() as download:
        customer.get_by_role("link", name="label.txt").click()
    assert download.value.path().read_bytes() == FILE["buffer"]
    customer.get_by_label("Your message").fill("Thank you, it goes off today.")
    customer.get_by_role("main").get_by_role("button", name="Send").click()
    expect(customer.get_by_text("Your message is sent.")).to_be_visible()

    agent.reload()
    expect(agent.locator("#conversation")).to_contain_text("it goes off today")
    agent.locator("#act-more").click()
    agent.get_by_role("button", name="Merge").click()
    agent.get_by_role("checkbox", name="Parcel again").check()
    agent.get_by_role("button", name="Go on").click()
    expect(agent.get_by_text("This cannot be undone.")).to_be_visible()
    agent.get_by_role("button", name="Merge", exact=True).click()
    expect(agent.locator("#conversation")).to_contain_text("Nobody has brought it yet.")
    agent.locator("#act-close").click()
    expect(agent.locator(".work-facts")).to_contain_text("Closed")

    merged = Ticket.objects.exclude(merged_into=None).get()
    customer.goto(desk.address(f"/tickets/{merged.number.lower()}/"))
    expect(customer).to_have_url(first)
    expect(customer.locator(".status")).to_have_text("Closed")
    survivor = Ticket.objects.get(merged_into=None)
    assert (survivor.status, survivor.in_count, survivor.out_count, survivor.agent) == ("closed", 3, 1, alice)
    assert Message.objects.filter(ticket=survivor).count() == 5
