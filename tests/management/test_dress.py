"""The templates of Unfold that are replaced, the sidebar and the tabs."""

import re

import pytest
from django.contrib.auth.models import Permission
from reversion.models import Version

from apps.brands.models import CustomLink
from apps.feeds.models import ExternalFeed
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db


def active_items(page):
    return re.findall(r'<a href="([^"]+)" class="cursor-pointer flex h-\[38px\][^"]*\bactive\b', page)


def test_it_puts_the_menu_of_the_person_in_the_upper_right(admin_client):
    page = admin_client.get("/management/").text
    menu = page.split('id="account-menu"')[1].split("</form>\n    </div>")[0]
    assert '<span class="account-name">Admin</span>' in menu
    for text in ("Light", "Dark", "System", "Deutsch", "Español", "Change password", "Log out"):
        assert text in menu
    assert page.count("logout-form") == 1  # and not in the sidebar, too


def test_it_opens_the_portal_in_a_new_window(admin_client):
    page = admin_client.get("/management/").text
    assert re.search(r'<a class="account-item" href="/" target="_blank" rel="noopener">Portal', page)
    assert re.search(r'<a class="account-item" href="/management/password_change/">Change password', page)


@pytest.mark.parametrize(
    ("address", "active"),
    [
        ("/management/", "/management/"),
        ("/management/accounts/user/?role=Customer", "/management/accounts/user/?role=Customer"),
        ("/management/accounts/user/?role=staff&q=a", "/management/accounts/user/?role=staff"),
        (
            "/management/accounts/user/{user}/change/?_changelist_filters=role%3Dstaff",
            "/management/accounts/user/?role=staff",
        ),
        ("/management/connected_services/connectedservices/", "/management/connected_services/connectedservices/"),
        ("/management/feeds/externalfeed/", "/management/feeds/externalfeed/"),
        ("/management/connections/smartertrackconnection/", "/management/connections/smartertrackconnection/"),
        ("/management/brands/installation/", "/management/brands/installation/"),
        ("/management/health/", "/management/health/"),
    ],
)
def test_it_marks_the_one_page_that_is_open(admin, admin_client, address, active):
    assert active_items(admin_client.get(address.format(user=admin.pk)).text) == [active]


TABS = [
    "/management/connected_services/connectedservices/",
    "/management/feeds/externalfeed/",
    "/management/connections/smartertrackconnection/",
]


@pytest.mark.parametrize("page", [*TABS, f"{TABS[0]}1/change/"])
def test_it_shows_the_three_tabs_on_all_pages_of_connected_services(admin_client, page):
    ExternalFeed.objects.create(name="News", url="https://example.com/feed")
    admin_client.get(TABS[0])
    tabs = admin_client.get(page).text.split('id="tabs-items"')[1].split("</nav>")[0]
    links = re.findall(r'href="(/management/[^"]+)"\s+class="([^"]*)"', tabs)
    assert [link for link, _classes in links] == TABS
    assert [link for link, classes in links if "active" in classes.split()] == [page.removesuffix("1/change/")]


def test_it_shows_agents_only_what_they_may_use(alice):
    page = signed_in(alice).get("/management/").text
    links = set(re.findall(r'href="(/management/\w+/\w+/)', page))
    assert links - {link for link in links if link.startswith("/management/tickets/")} == {
        "/management/accounts/department/",
        "/management/notifications/settings/",
    }


def test_it_escapes_names_everywhere(admin, admin_client):
    admin.display_name = "<script>alert(1)</script>"
    admin.save()
    CustomLink.objects.create(title="<img src=x onerror=alert(1)>", url="/")
    for address in ("/management/", "/management/brands/customlink/", "/management/accounts/user/"):
        page = admin_client.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_it_shows_no_buttons_to_those_who_only_look(alice, carol):
    link = CustomLink.objects.create(title="Shop", url="/")
    alice.user_permissions.add(Permission.objects.get(codename="view_customlink"))
    client = signed_in(alice)
    page = client.get("/management/brands/customlink/")
    assert "Shop" in page.text
    assert "data-move-row" not in page.text
    address = f"/management/brands/customlink/{link.pk}/move/"
    assert client.post(address, {"to": "up"}).status_code == 403
    assert signed_in(carol).post(address, {"to": "up"}).status_code == 403


def test_it_brings_a_deleted_link_back_to_its_place(admin_client):
    values = {"url": "https://example.com/", "icon": "link", "audience": "everyone", "is_active": "on"}
    for title in "abc":
        admin_client.post("/management/brands/customlink/add/", {**values, "title": title})
    row = CustomLink.objects.get(title="b")
    admin_client.post(f"/management/brands/customlink/{row.pk}/delete/", {"post": "yes"})
    version = Version.objects.get_deleted(CustomLink).get()
    address = f"/management/brands/customlink/recover/{version.pk}/"
    assert admin_client.get(address).status_code == 200
    assert CustomLink.objects.count() == 2
    assert admin_client.post(address, {**values, "title": "b"}).status_code == 302
    assert list(CustomLink.objects.values_list("title", "position")) == [("a", 1), ("b", 2), ("c", 3)]
