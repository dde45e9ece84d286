import pytest
from playwright.sync_api import expect

from apps.accounts.roles import Role
from apps.brands.models import Brand, CustomLink
from tests.conftest import PASSWORD, make_user

LIST = "/management/brands/customlink/"


@pytest.fixture
def admin(desk):
    Brand.objects.create(name="Fernhill")
    return make_user("admin", Role.ADMINISTRATOR, display_name="Ada Lovelace")


@pytest.fixture
def links(admin):
    return [CustomLink.objects.create(title=title, url=f"https://example.com/{title}") for title in "abcde"]


def shown(page):
    return "".join(page.locator("#result_list th.field-title, #result_list td.field-title").all_inner_texts()).replace(
        "\n", ""
    )


def saved():
    return "".join(CustomLink.objects.values_list("title", flat=True))


def drag(page, source, target, *, below=False, cancel=False):
    handle = page.locator("[data-move-row]", has=page.get_by_label(f"Move {source} up")).locator("[data-move-handle]")
    start = handle.bounding_box()
    row = page.locator("tbody", has=page.get_by_label(f"Move {target} up")).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, row["y"] + (row["height"] - 4 if below else 4), steps=5)
    if cancel:
        page.keyboard.press("Escape")
    page.mouse.up()


def test_it_moves_rows_with_the_keyboard_and_keeps_the_focus(desk, page, sign_in, admin, links):
    sign_in(page, admin)
    page.goto(desk.address(LIST))
    button = page.get_by_role("button", name="Move c up")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#move-status")).to_have_text("“c” is now number 2 of 5.")
    assert shown(page) == saved() == "acbde"
    expect(page.get_by_role("button", name="Move c up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#move-status")).to_have_text("“c” is now number 1 of 5.")
    expect(page.get_by_role("button", name="Move c up")).to_be_focused()
    assert shown(page) == saved() == "cabde"


def test_it_takes_quick_clicks_one_after_another(desk, page, sign_in, admin, links):
    sign_in(page, admin)
    page.goto(desk.address(LIST))
    for _ in range(3):
        page.get_by_role("button", name="Move a down").click()
    expect(page.locator("#move-status")).to_have_text("“a” is now number 4 of 5.")
    assert shown(page) == saved() == "bcdae"


def test_it_shows_the_handles_whatever_the_script_is_called(desk, page, sign_in, admin, links):
    def with_a_hash(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("/move.js", "/move.0a1b2c.js"))

    sign_in(page, admin)
    page.route(f"**{LIST}", with_a_hash)
    page.route("**/move.0a1b2c.js", lambda route: route.fulfill(path="static/management/move.js"))
    page.goto(desk.address(LIST))
    expect(page.locator("[data-move-handle]").first).to_be_visible()
    drag(page, "d", "b")
    expect(page.locator("#move-status")).to_have_text("“d” is now number 2 of 5.")


def test_it_drags_rows(desk, page, sign_in, admin, links):
    sign_in(page, admin)
    page.goto(desk.address(LIST))
    drag(page, "e", "b")
    expect(page.locator("#move-status")).to_have_text("“e” is now number 2 of 5.")
    assert shown(page) == saved() == "aebcd"
    drag(page, "a", "d", below=True)
    expect(page.locator("#move-status")).to_have_text("“a” is now number 5 of 5.")
    drag(page, "a", "e", cancel=True)
    page.wait_for_timeout(300)
    assert shown(page) == saved() == "ebcda"


def test_it_keeps_ticked_rows_ticked_and_moves_within_a_search(desk, page, sign_in, admin, links):
    CustomLink.objects.filter(title__in="bd").update(is_active=False)
    sign_in(page, admin)
    page.goto(desk.address(f"{LIST}?is_active__exact=1"))
    assert shown(page) == "ace"
    page.locator("tbody", has=page.get_by_label("Move e up")).locator("input.action-select").check()
    page.get_by_role("button", name="Move e up").click()
    expect(page.locator("#move-status")).to_have_text("“e” is now number 3 of 5.")
    assert shown(page) == "aec"
    assert saved() == "abecd"
    assert page.locator("tbody", has=page.get_by_label("Move e up")).locator("input.action-select").is_checked()


def test_it_moves_without_javascript(desk, new_context, sign_in, admin, links):
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, admin)
    page.goto(desk.address(f"{LIST}?q=example"))
    page.get_by_role("button", name="Move b up").click()
    expect(page.get_by_text("“b” is now number 1 of 5.")).to_be_visible()
    assert page.url == desk.address(f"{LIST}?q=example")
    assert saved() == "bacde"


def test_it_says_when_a_move_failed(desk, page, console, sign_in, admin, links):
    console.expect("404")
    sign_in(page, admin)
    page.goto(desk.address(LIST))
    CustomLink.objects.get(title="c").delete()
    page.get_by_role("button", name="Move c up").click()
    expect(page.locator("#move-status")).to_contain_text("was not moved")


@pytest.mark.parametrize("width", [360, 1280])
def test_it_opens_the_menu_with_the_keyboard(desk, page, sign_in, admin, width):
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, admin)
    page.goto(desk.address("/management/"))
    opener = page.locator(".account-opener")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#account-items")).to_be_visible()
    box = page.locator("#account-items").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.press("Tab")
    expect(page.get_by_role("switch", name="Available for new tickets")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#account-items")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Portal").click()
    assert opened.value.url == desk.address("/")


def test_it_switches_the_language(desk, page, sign_in, admin):
    sign_in(page, admin)
    page.goto(desk.address(LIST))
    page.locator(".account-opener").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url == desk.address(LIST)


def test_it_asks_for_the_password_once(desk, page, sign_in, admin):
    page.goto(desk.address("/management/brands/brand/"))
    page.get_by_label("User name or e-mail address").fill("ADMIN@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(desk.address("/management/brands/brand/"))


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("address", ["/management/", LIST, "/management/accounts/user/?role=staff",
                                     "/management/brands/brand/", "/management/health/"])  # fmt: skip
def test_it_fits_every_screen(desk, page, sign_in, admin, links, width, address):
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, admin)
    page.goto(desk.address(address))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 360 and address == LIST:
        box = page.get_by_role("button", name="Move c up").bounding_box()
        assert min(box["width"], box["height"]) >= 44


@pytest.mark.parametrize("brightness", ["light", "dark"])
def test_it_lets_everybody_read_the_sign_in_page(desk, new_context, admin, assert_accessible, brightness):
    page = new_context(color_scheme=brightness).new_page()
    page.goto(desk.address("/management/login/"))
    assert_accessible(page)
