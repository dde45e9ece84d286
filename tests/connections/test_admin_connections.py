import pytest
from reversion.models import Version

from apps.brands.models import BrandHost, Installation
from apps.connections.models import SmarterTrackConnection
from tests.conftest import signed_in

PAGE = "/management/connections/smartertrackconnection/"
SECRET = "hunter2-secret"
pytestmark = pytest.mark.django_db


@pytest.fixture
def connection():
    return SmarterTrackConnection.objects.create(
        name="Sister", base_url="https://help.example.org", admin_username="root", admin_password=SECRET
    )


def text(response):
    return response.content.decode()


def form_data(**changes):
    data = {"name": "Sister", "base_url": "https://help.example.org", "admin_username": "root", "admin_password": ""}
    return data | changes


def change(row):
    return f"{PAGE}{row.pk}/change/"


def test_it_says_what_to_do_where_there_is_none(admin_client):
    page = text(admin_client.get(PAGE))
    assert "No connections yet" in page
    assert "cannot transfer tickets yet" in page


def test_it_lists_name_address_and_username(admin_client, connection):
    page = text(admin_client.get(PAGE))
    for words in ("Sister", "https://help.example.org", "root", "Changed"):
        assert words in page
    assert "not encrypted" not in page


def test_it_adds_a_connection_and_never_shows_its_password(admin_client):
    page = admin_client.get(f"{PAGE}add/?admin_password=from-the-address")
    assert 'value="from-the-address"' not in text(page)
    assert "cannot transfer tickets yet" in text(page)
    answer = admin_client.post(f"{PAGE}add/", form_data(admin_password=SECRET), follow=True)
    row = SmarterTrackConnection.objects.get()
    assert row.admin_password == SECRET
    version = Version.objects.get_for_object(row).get()
    pages = [
        answer,
        admin_client.get(PAGE),
        admin_client.get(change(row)),
        admin_client.post(change(row), form_data(name="", admin_password=SECRET)),
        admin_client.get(f"{PAGE}{row.pk}/history/"),
        admin_client.get(f"{PAGE}{row.pk}/history/{version.pk}/"),
        admin_client.get(f"{PAGE}{row.pk}/delete/"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert SECRET not in text(page)
        assert "fernet:" not in text(page)


def test_it_asks_for_a_password(admin_client):
    page = admin_client.post(f"{PAGE}add/", form_data())
    assert "admin_password" in page.context["adminform"].form.errors
    assert not SmarterTrackConnection.objects.exists()


def test_it_keeps_the_password_where_it_is_left_empty(admin_client, connection):
    page = text(admin_client.get(change(connection)))
    assert "stored; leave empty to keep" in page
    assert "Clear the stored" not in page
    admin_client.post(change(connection), form_data(name="Brother"))
    connection.refresh_from_db()
    assert (connection.name, connection.admin_password) == ("Brother", SECRET)


@pytest.mark.parametrize(
    "address", ["https://other.example.org", "http://help.example.org", "https://help.example.org:8443"]
)
def test_it_asks_for_the_password_of_another_address(admin_client, connection, address):
    page = admin_client.post(change(connection), form_data(base_url=address))
    assert "The address is a new one" in text(page)
    assert "leave empty to keep" not in text(page)
    connection.refresh_from_db()
    assert (connection.base_url, connection.admin_password) == ("https://help.example.org", SECRET)
    assert admin_client.post(change(connection), form_data(base_url=address, admin_password=SECRET)).status_code == 302
    connection.refresh_from_db()
    assert (connection.base_url, connection.admin_password) == (address, SECRET)


@pytest.mark.parametrize(
    "address", [" https://help.example.org/ ", "HTTPS://Help.Example.ORG", "https://help.example.org:443"]
)
def test_it_sees_one_place_in_several_spellings(admin_client, connection, address):
    assert admin_client.post(change(connection), form_data(base_url=address)).status_code == 302
    connection.refresh_from_db()
    assert (connection.base_url, connection.admin_password) == ("https://help.example.org", SECRET)
    page = admin_client.post(f"{PAGE}add/", form_data(name="Twin", base_url=address, admin_password="x"))
    assert "There is a connection to this address already." in text(page)


@pytest.mark.parametrize(
    "address",
    ["https://desk.example.com", "https://desk.example.com/portal", "http://brand.example.com", "http://testserver"],
)
def test_it_refuses_its_own_address(admin_client, brand, address):
    Installation.objects.create(pk=1, base_url="https://desk.example.com")
    BrandHost.objects.create(brand=brand, name="brand.example.com")
    page = admin_client.post(f"{PAGE}add/", form_data(base_url=address, admin_password="x"))
    assert "This is the address of this very installation" in text(page)
    assert not SmarterTrackConnection.objects.exists()


def test_it_takes_another_installation_on_another_port(admin_client, brand):
    Installation.objects.create(pk=1, base_url="http://127.0.0.1:8000")
    data = form_data(base_url="http://127.0.0.1:8001", admin_password="x")
    assert admin_client.post(f"{PAGE}add/", data).status_code == 302


@pytest.mark.parametrize("address", ["ftp://x.example", "javascript:alert(1)", "https://user:pw@x.example", "x"])
def test_it_refuses_what_is_no_address(admin_client, address):
    page = admin_client.post(f"{PAGE}add/", form_data(base_url=address, admin_password="x"))
    assert page.context["adminform"].form.errors["base_url"]


def test_it_warns_of_an_address_that_is_not_encrypted(admin_client):
    data = form_data(base_url="http://help.example.org", admin_password="x")
    assert "others could read the password" in text(admin_client.post(f"{PAGE}add/", data, follow=True))
    assert "not encrypted" in text(admin_client.get(PAGE))


def test_it_brings_back_an_earlier_version_with_its_password(admin_client, connection):
    admin_client.post(change(connection), form_data(name="One"))
    admin_client.post(change(connection), form_data(base_url="https://new.example.org", admin_password="newer"))
    version = Version.objects.get_for_object(connection).order_by("pk")[0]
    admin_client.post(f"{PAGE}{connection.pk}/history/{version.pk}/", form_data(name="One"))
    connection.refresh_from_db()
    assert (connection.name, connection.base_url) == ("One", "https://help.example.org")
    assert connection.admin_password == SECRET


def test_it_recovers_a_deleted_connection_with_its_password(admin_client, connection):
    admin_client.post(change(connection), form_data())
    version = Version.objects.get_for_object(connection).latest("pk")
    admin_client.post(f"{PAGE}{connection.pk}/delete/", {"post": "yes"})
    page = admin_client.get(f"{PAGE}recover/{version.pk}/")
    assert page.status_code == 200
    assert SECRET not in text(page)
    assert admin_client.post(f"{PAGE}recover/{version.pk}/", form_data()).status_code == 302
    assert SmarterTrackConnection.objects.get().admin_password == SECRET


@pytest.mark.parametrize("persona", ["alice", "manager", "carol", None])
def test_it_is_for_administrators_only(request, client, connection, brand, persona):
    browser = signed_in(request.getfixturevalue(persona)) if persona else client
    for answer in (
        browser.get(PAGE),
        browser.get(f"{PAGE}add/"),
        browser.post(f"{PAGE}add/", form_data(name="New", admin_password="x")),
        browser.get(change(connection)),
        browser.post(change(connection), form_data(name="Changed")),
        browser.get(f"{PAGE}{connection.pk}/history/"),
        browser.post(f"{PAGE}{connection.pk}/delete/", {"post": "yes"}),
        browser.get(f"{PAGE}recover/"),
    ):
        assert answer.status_code in (302, 403, 404)
        assert connection.base_url not in text(answer)
    assert SmarterTrackConnection.objects.get().name == "Sister"
