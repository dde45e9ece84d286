"""The top of the portal on a phone: the logo gives way to the links, and never lies under them."""

import io

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from apps.brands.models import Brand
from apps.notifications.models import Notification
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


LINES_OF_WORDS = """element => {
  const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
  return [...text.data.matchAll(/\\S+/g)].map((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return range.getClientRects().length;
  });
}"""


@pytest.mark.parametrize("name", ["Tidewater Hosting", "Bergquell Fahrräder", "Fernhill Garden Tools"])
@pytest.mark.parametrize("width", [320, 360])
def test_it_breaks_no_word_of_a_brand_and_no_count(desk, page, sign_in, name, width):
    Brand.objects.create(name=name, is_default=True)
    carol = make_user("carol", display_name=LONG)
    told = {"person": carol, "kind": "ticket_replied", "path": "/", "happened_at": timezone.now()}
    notices = [Notification(group=f"{number}", **told) for number in range(120)]
    page.set_viewport_size({"width": width, "height": 500})
    for person, count in ((None, 0), (carol, 12), (carol, 120)):
        if person:
            Notification.objects.all().delete()
            Notification.objects.bulk_create(notices[:count])
            sign_in(page, person)
        page.goto(desk.address("/"))
        assert set(page.locator(".brand span").evaluate(LINES_OF_WORDS)) == {1}
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if person:
            assert page.locator(".bell-number").evaluate(LINES_OF_WORDS) == [1]
            assert page.locator(".bell-number").inner_text() == ("99+" if count == 120 else "12")
