import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def save(name, content=b"bytes"):
    return default_storage.save(name, ContentFile(content))


def test_it_serves_images_of_brands_and_feeds_safely(client, brand):
    name = save("brands/logo.png")
    response = client.get(f"/media/{name}")
    assert b"".join(response.streaming_content) == b"bytes"
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("ending", "content_type"),
    [("JPG", "image/jpeg"), ("webp", "image/webp"), ("gif", "image/gif"), ("ico", "image/x-icon")],
)
def test_it_takes_the_type_from_the_name_alone(client, brand, ending, content_type):
    response = client.get(f"/media/{save(f'feeds/x.{ending}', b'<html><script>alert(1)</script>')}")
    assert response["Content-Type"] == content_type
    response.close()


@pytest.mark.parametrize("name", ["tickets/a.png", "a.png", "brands/a.svg", "brands/a.html", "feeds/a.xml", "brands/a"])
def test_it_serves_nothing_else(client, brand, name):
    assert client.get(f"/media/{save(name)}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "brands/../tickets/secret.png",
        "brands/%2e%2e/tickets/secret.png",
        "brands/..%2ftickets/secret.png",
        "brands//../tickets/secret.png",
        "brands/../../secret.png",
        "brands/..\\tickets\\secret.png",
        "/brands/secret.png",
        "brands/%00.png",
        "brands/",
        "brands/nothing.png",
        "brands/folder.png",
        f"brands/{'x' * 400}.png",
    ],
)
def test_it_does_not_leave_its_folders(client, brand, path):
    if not default_storage.exists("tickets/secret.png"):
        save("tickets/secret.png")
        save("brands/folder.png/inside.png")
    assert client.get(f"/media/{path}").status_code == 404


def test_it_shows_the_icon_of_the_brand(client, brand):
    assert client.get("/favicon.ico")["Location"] == "/static/portal/favicon.svg"
    brand.favicon.save("icon.png", ContentFile(b"icon"))
    assert client.get("/favicon.ico")["Location"] == brand.favicon.url
    assert f'href="{brand.favicon.url}?v=' in client.get("/").content.decode()


def test_it_shows_the_logo_of_the_brand(client, brand):
    brand.logo.save("logo.png", ContentFile(b"logo"))
    assert f'<img src="{brand.logo.url}?v=' in client.get("/").content.decode()
