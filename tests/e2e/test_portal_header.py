"""The top of the portal on a phone: the logo gives way to the links, and never lies under them."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from apps.brands.models import Brand
from tests.conftest import make_user

LONG = "Maximiliana von Hohenstein-Wolkenburg"


def boxes(page):
    return [page.locator(place).bounding_box() for place in (".brand img", ".account")]


def overlap(one, other):
    beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    return not (beside or one["y"] + one["height"] <= other["y"])


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("size", [(400, 100), (200, 200)])
def test_it_keeps_a_logo_and_the_links_apart(desk, page, sign_in, settings, tmp_path, language, size):
    settings.MEDIA_ROOT = tmp_path
    picture = io.BytesIO()
    Image.new("RGB", size, "#0a6").save(picture, "PNG")
    brand = Brand.objects.create(name="Fernhill", is_default=True, language=language)
    brand.logo.save("logo.png", ContentFile(picture.getvalue()))
    page.set_viewport_size({"width": 360, "height": 500})
    for person in (None, make_user("carol", display_name=LONG, language=language)):
        if person:
            sign_in(page, person)
        page.goto(desk.address("/"))
        page.locator(".brand img").evaluate("image => image.decode()")
        logo, account = boxes(page)
        assert not overlap(logo, account)
        assert logo["height"] <= 40
        assert logo["width"] >= 40
        assert account["x"] + account["width"] <= 360
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
