import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.brands.models import Brand, BrandHost, CustomLink, Installation

pytestmark = pytest.mark.django_db
LIST = "/management/brands/brand/"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(kind="PNG", size=(300, 100), **options):
    output = io.BytesIO()
    Image.new("RGB", size, "#0b6e4f").save(output, kind, **options)
    return output.getvalue()


def save(client, brand, hosts=(), **changes):
    rows = {f"hosts-{n}-name": name for n, name in enumerate(hosts)}
    values = {"name": brand.name, "language": "en", "colour": "#1f5eff", **rows, **changes}
    counts = {"hosts-TOTAL_FORMS": str(len(hosts)), "hosts-INITIAL_FORMS": "0"}
    return client.post(f"{LIST}{brand.pk}/change/", {**values, **counts})


def upload(client, brand, content, name="logo.png", field="logo"):
    return save(client, brand, **{field: SimpleUploadedFile(name, content)})


def logo_of(brand):
    brand.refresh_from_db()
    return brand.logo.name


def test_it_normalises_host_names(admin_client, brand):
    assert save(admin_client, brand, [" Support.Example.COM. ", "bücher.example"]).status_code == 302
    assert [host.name for host in brand.hosts.all()] == ["support.example.com", "xn--bcher-kva.example"]
    assert admin_client.get("/", headers={"Host": "SUPPORT.example.com"}).status_code == 200


@pytest.mark.parametrize(
    "name", ["support.example.com:8000", "https://support.example.com", "a b", "a/b", "-a.example"]
)
def test_it_refuses_what_is_no_host_name(admin_client, brand, name):
    assert "Write only the host name" in save(admin_client, brand, [name]).text
    assert not BrandHost.objects.exists()


def test_it_refuses_a_host_name_twice_in_any_case(admin_client, brand):
    assert save(admin_client, brand, ["a.example", "A.Example"]).status_code == 200
    BrandHost.objects.create(brand=Brand.objects.create(name="Oakdale"), name="B.example")
    assert "belongs to a brand already" in save(admin_client, brand, ["b.EXAMPLE"]).text


@pytest.mark.parametrize(("kind", "name"), [("PNG", "logo.png"), ("JPEG", "x.svg"), ("WEBP", "shell.php"), ("PNG", "")])
def test_it_makes_pictures_anew_whatever_their_name(admin_client, brand, kind, name):
    assert upload(admin_client, brand, picture(kind, (2000, 400)), name or "x" * 120).status_code == 302
    stored = logo_of(brand)
    assert stored.startswith("brands/")
    assert stored.endswith(".png")
    with default_storage.open(stored) as file, Image.open(file) as image:
        assert image.format == "PNG"
        assert image.size == (800, 160)


def test_it_leaves_nothing_of_the_upload_but_its_pixels(admin_client, brand):
    upload(admin_client, brand, picture("PNG") + b"<script>alert(1)</script>")
    with default_storage.open(logo_of(brand)) as file:
        assert b"script" not in file.read()


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        picture()[:200],
        picture("GIF"),
        picture("BMP"),
        picture("PNG", (9000, 9000)),
        b"\0" * (1024 * 1024 + 1),
    ],
    ids=["svg", "html", "broken", "cut", "gif", "bmp", "huge", "heavy"],
)
def test_it_refuses_what_is_no_small_picture(admin_client, brand, content):
    answer = upload(admin_client, brand, content)
    assert answer.status_code == 200
    assert "errorlist" in answer.text or "errors" in answer.text
    assert not logo_of(brand)


def test_it_makes_favicons_square(admin_client, brand):
    upload(admin_client, brand, picture(size=(300, 100)), field="favicon")
    brand.refresh_from_db()
    assert (brand.favicon.width, brand.favicon.height) == (256, 256)


def test_it_deletes_replaced_pictures_once_nobody_shows_them(admin_client, brand, django_capture_on_commit_callbacks):
    upload(admin_client, brand, picture(size=(10, 10)))
    first = logo_of(brand)
    other = Brand.objects.create(name="Oakdale", logo=first)
    with django_capture_on_commit_callbacks(execute=True):
        upload(admin_client, brand, picture(size=(20, 20)))
    assert default_storage.exists(first)
    second = logo_of(brand)
    other.logo = ""
    other.save()
    with django_capture_on_commit_callbacks(execute=True):
        save(admin_client, brand, **{"logo-clear": "on"})
    assert not logo_of(brand)
    assert not default_storage.exists(second)


def test_it_keeps_the_picture_when_an_old_version_comes_back(admin_client, brand):
    from reversion.models import Version

    save(admin_client, brand)
    version = Version.objects.get_for_object(brand).first()
    upload(admin_client, brand, picture())
    logo = logo_of(brand)
    admin_client.get(f"{LIST}{brand.pk}/history/{version.pk}/")
    assert logo_of(brand) == logo
    values = {
        "name": "Old",
        "language": "en",
        "colour": "#1f5eff",
        "hosts-TOTAL_FORMS": "0",
        "hosts-INITIAL_FORMS": "0",
    }
    assert admin_client.post(f"{LIST}{brand.pk}/history/{version.pk}/", values).status_code == 302
    assert logo_of(brand) == logo
    assert brand.name == "Old"


def test_it_leads_to_the_portal_of_a_brand(admin_client, brand):
    other = Brand.objects.create(name="Oakdale")
    assert admin_client.get(f"{LIST}{brand.pk}/portal/")["Location"] == "/"
    assert admin_client.get(f"{LIST}{other.pk}/portal/")["Location"].startswith(LIST)
    BrandHost.objects.create(brand=other, name="oakdale.example")
    assert admin_client.get(f"{LIST}{other.pk}/portal/")["Location"] == "http://oakdale.example/"


def test_it_shows_the_installation_as_one_form(admin_client):
    address = "/management/brands/installation/"
    page = admin_client.get(address)
    assert 'name="simultaneous_login"' in page.text
    assert admin_client.post(address, {"name": "My desk", "simultaneous_login": "on"})["Location"] == address
    assert Installation.load().name == "My desk"
    assert Installation.load().simultaneous_login
    assert admin_client.get(f"{address}add/").status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JAVASCRIPT:x",
        "data:text/html,x",
        "//evil.example",
        "java\tscript:x",
    ],
)
def test_it_refuses_links_that_are_scripts(admin_client, url):
    values = {"title": "x", "url": url, "icon": "link", "audience": "everyone"}
    assert admin_client.post("/management/brands/customlink/add/", values).status_code == 200
    assert not CustomLink.objects.exists()


def test_it_lists_links_with_icon_and_brands(admin_client, brand):
    link = CustomLink.objects.create(title="Shop", url="https://example.com/", icon="cart")
    link.brands.add(brand)
    page = admin_client.get("/management/brands/customlink/").text
    assert "shopping_cart" in page
    assert brand.name in page


def test_it_counts_the_same_queries_for_more_rows(admin_client, brand, django_assert_max_num_queries):
    for address, make in (
        (LIST, lambda n: Brand.objects.create(name=f"B{n}").hosts.create(name=f"h{n}.example")),
        (
            "/management/brands/customlink/",
            lambda n: CustomLink.objects.create(title=f"{n}", url="/").brands.add(brand),
        ),
    ):
        counts = []
        for start in (0, 2, 12):
            for n in range(start, start + (2 if start < 12 else 15)):
                make(n)
            with django_assert_max_num_queries(40) as captured:
                admin_client.get(address)
            counts.append(len(captured))
        assert counts[1] == counts[2], address
