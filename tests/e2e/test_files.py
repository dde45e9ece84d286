"""Attaching files in the browser, and messages in HTML in their frames."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.tickets import services
from apps.tickets.models import Attachment, Ticket
from tests.live import LiveDesk
from tests.tickets.conftest import PORTAL, make_ticket, sales, ticket  # noqa: F401 - fixtures

# ruff: noqa: F811 - tests name the fixtures that are imported above
DROP = """([form, names]) => {
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File(["words"], name, { type: "text/plain" }));
  form.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true }));
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
PASTE = """async (field) => {
  const canvas = new OffscreenCanvas(40, 30);
  canvas.getContext("2d").fillRect(0, 0, 20, 20);
  const data = new DataTransfer();
  data.items.add(new File([await canvas.convertToBlob({ type: "image/png" })], "image.png", { type: "image/png" }));
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def a_picture() -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(into, "PNG")
    return into.getvalue()


def a_file(name: str, content: bytes = b"words") -> dict[str, object]:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


@pytest.fixture
def conversation(desk: LiveDesk, page: Page, ticket: Ticket, carol: User, sign_in: Callable[..., None]) -> Page:
    """Carol's page of her ticket."""
    sign_in(page, carol)
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    return page


def items(page: Page) -> list[str]:
    return page.locator(".attach-item .file-name").all_inner_texts()


def arrived(page: Page, count: int) -> None:
    expect(page.locator(".attach-item[data-discard]")).to_have_count(count)


def test_a_customer_attaches_by_choosing_dropping_and_pasting(conversation, ticket, console, assert_accessible):
    page = conversation
    console.expect("400")
    page.set_input_files("input[type=file]", [a_file("chosen.txt"), a_file("kettle.png", a_picture())])
    page.evaluate(DROP, [page.locator("form:has([data-attach])").element_handle(), ["dropped.txt", "run.bat"]])
    page.locator("textarea").first.evaluate(PASTE)
    arrived(page, 4)
    names = items(page)
    assert names[:4] == ["chosen.txt", "kettle.png", "dropped.txt", "run.bat"]
    assert names[4].startswith("picture-")
    expect(page.locator(".attach-failed .attach-error")).to_contain_text("program or a script")
    assert_accessible(page)
    page.get_by_role("button", name="Remove chosen.txt").click()
    expect(page.get_by_role("button", name="Remove kettle.png")).to_be_focused()
    page.locator("textarea").first.fill("Four files")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".attach-status")).to_have_text("Not attached: run.bat. Send again to send without.")
    assert not Attachment.objects.exclude(message=None).exists()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".files .file")).to_have_count(3)
    sent = Attachment.objects.exclude(message=None)
    assert sorted(file.name for file in sent)[:2] == ["dropped.txt", "kettle.png"]
    assert not Attachment.objects.filter(name="chosen.txt").exists()
    picture = page.locator(".file-picture img").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function("image => image.naturalWidth === 480", arg=picture.element_handle())
    with page.expect_download() as download:
        page.get_by_role("link", name="dropped.txt").click()
    assert download.value.suggested_filename == "dropped.txt"
    assert_accessible(page)


def test_it_sends_when_the_files_have_arrived(conversation, ticket):
    page = conversation
    page.route("**/tickets/uploads/", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.locator("textarea").first.fill("With a file")
    page.set_input_files("input[type=file]", [a_file("slow.txt")])
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".files .file")).to_have_count(1)
    assert ticket.messages.last().attachments.get().name == "slow.txt"


def test_it_says_that_a_message_can_have_twenty_files(conversation):
    page = conversation
    page.evaluate(DROP, [page.locator("form:has([data-attach])").element_handle(), [f"{n}.txt" for n in range(1000)]])
    words = "980 files were not attached: a message can have 20 files."
    expect(page.locator("[data-attach-left-out]")).to_contain_text(words)
    expect(page.locator(".attach-status")).to_contain_text(words)
    arrived(page, 20)
    assert Attachment.objects.count() == 20
    page.set_input_files("input[type=file]", [a_file("one-more.txt")])
    expect(page.locator("[data-attach-left-out]")).to_contain_text("1 file was not attached")
    page.get_by_role("button", name="Remove 0.txt", exact=True).click()
    page.set_input_files("input[type=file]", [a_file("in-its-place.txt")])
    expect(page.locator("[data-attach-left-out]")).to_be_hidden()


def test_it_says_when_an_upload_does_not_arrive(conversation, console):
    page = conversation
    console.expect("ERR_FAILED")
    page.route("**/tickets/uploads/", lambda route: route.abort())
    page.set_input_files("input[type=file]", [a_file("lost.txt")])
    expect(page.locator(".attach-error")).to_contain_text("did not arrive")


def test_it_works_without_scripts(desk, ticket, carol, new_context, sign_in):
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, carol)
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    page.set_input_files("input[type=file]", [a_file("plain.txt"), a_file("run.bat")])
    page.locator("textarea").first.fill("One good, one bad")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".attach-problems")).to_contain_text("is a program or a script")
    expect(page.locator("textarea").first).to_have_value("One good, one bad")
    expect(page.get_by_role("checkbox", name="plain.txt")).to_be_checked()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".files .file")).to_have_count(1)
    assert ticket.messages.last().attachments.get().name == "plain.txt"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_message_in_html_is_shown_in_its_frame(desk, page, ticket, carol, sign_in, width, console):
    console.expect("Blocked script execution")  # the driver's own, which reads the frame
    html = "<h2>Hello</h2><p>See <a href='{}'>this page</a>.</p>" + "<p>" + "word " * 2000
    services.add_customer_message(ticket=ticket, by=carol, text="", html=html.format(desk.address("/")), face=PORTAL)
    sign_in(page, carol)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.goto(desk.address(f"/tickets/{ticket.number}/"))
    page.locator("iframe").scroll_into_view_if_needed()
    frame = page.frame_locator("iframe")
    expect(frame.locator("h2")).to_have_text("Hello")
    assert frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(20, 23, 28)"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_popup() as popup:
        frame.get_by_role("link", name="this page").click()
    expect(popup.value.locator("main")).to_be_visible()
    assert popup.value.evaluate("window.opener") is None
