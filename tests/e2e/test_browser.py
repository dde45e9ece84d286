"""What the other tests in this folder rely on."""

import pytest

from apps.brands.models import Brand, BrandHost


def test_it_shows_a_brand_on_its_host_name(desk, page):
    brand = Brand.objects.create(name="Tidewater", is_default=True)
    BrandHost.objects.create(brand=brand, name="tidewater.localhost")
    page.goto(desk.address("/", host="tidewater.localhost"))
    assert "Tidewater" in page.inner_text("body")


def test_it_hears_what_the_console_says(desk, page, console):
    console.expect("on purpose")
    page.goto(desk.address("/healthz"))
    page.evaluate("console.error('on purpose')")
    page.evaluate("console.error('by mistake')")
    assert [text.split(" (")[0] for text in console.unexpected()] == ["by mistake"]
    console.expect("by mistake")


@pytest.mark.parametrize("host", ["localhost", "fernhill.localhost"])
def test_it_signs_a_person_in(desk, page, sign_in, host, django_user_model):
    brand = Brand.objects.create(name="Fernhill", is_default=True)
    BrandHost.objects.create(brand=brand, name="fernhill.localhost")
    person = django_user_model.objects.create_superuser("admin", "admin@example.com", "x", display_name="Ada")
    sign_in(page, person, host=host)
    cookies = page.context.cookies(desk.address("/", host=host))
    assert [cookie["name"] for cookie in cookies] == ["desk_session"]
