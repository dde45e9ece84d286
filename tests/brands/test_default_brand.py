from concurrent.futures import ThreadPoolExecutor

import pytest
import reversion
from django.db import connections
from django.db.models import ProtectedError
from reversion.models import Version

from apps.brands.models import Brand
from apps.brands.services import default_brand, make_default_brand

pytestmark = pytest.mark.django_db
LIST = "/management/brands/brand/"
NO_HOSTS = {"hosts-TOTAL_FORMS": "0", "hosts-INITIAL_FORMS": "0"}


def make_brand(name):
    return Brand.objects.create(name=name)


def default():
    return Brand.objects.get(is_default=True).name


def form_of(brand, **changes):
    return {"name": brand.name, "language": "en", "colour": "#1f5eff", **NO_HOSTS, **changes}


def test_it_makes_the_first_brand_the_default():
    make_brand("Fernhill")
    make_brand("Oakdale")
    assert default() == "Fernhill"


def test_it_switches_the_default():
    _one, two = make_brand("Fernhill"), make_brand("Oakdale")
    make_default_brand(brand=two)
    assert default() == "Oakdale"


def test_it_switches_the_default_on_the_page(admin_client):
    other = make_brand("Oakdale")
    assert admin_client.post(f"{LIST}{other.pk}/change/", form_of(other, make_default="on")).status_code == 302
    assert default() == "Oakdale"


def test_it_keeps_the_default_when_the_page_does_not_say_so(admin_client, brand):
    assert admin_client.post(f"{LIST}{brand.pk}/change/", form_of(brand, name="Renamed")).status_code == 302
    assert default() == "Renamed"


def test_it_makes_a_new_brand_the_default_on_the_page(admin_client):
    new = Brand(name="Oakdale")
    assert admin_client.post(f"{LIST}add/", form_of(new, make_default="on")).status_code == 302
    assert default() == "Oakdale"


def test_it_never_deletes_the_default_brand(admin_client, brand):
    other = make_brand("Oakdale")
    assert admin_client.post(f"{LIST}{brand.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [brand.pk, other.pk], "post": "yes"}
    assert "because it is the default brand" in admin_client.post(LIST, chosen).text
    with pytest.raises(ProtectedError):
        brand.delete()
    assert Brand.objects.count() == 2
    admin_client.post(f"{LIST}{other.pk}/delete/", {"post": "yes"})
    assert Brand.objects.count() == 1


def test_it_does_not_bring_the_default_back_with_an_old_version(admin_client, brand):
    address = f"{LIST}{brand.pk}/change/"
    admin_client.post(address, form_of(brand, name="First"))
    make_default_brand(brand=make_brand("Oakdale"))
    version = Version.objects.get_for_object(brand).first()
    answer = admin_client.post(f"{LIST}{brand.pk}/history/{version.pk}/", form_of(brand, name="First"))
    assert answer.status_code == 302
    assert default() == "Oakdale"
    with reversion.create_revision():
        make_default_brand(brand=brand)
    admin_client.post(f"{LIST}{brand.pk}/history/{version.pk}/", form_of(brand, name="First"))
    assert default() == "First"


def test_it_mends_an_installation_without_a_default():
    assert default_brand().name == "Support"
    Brand.objects.update(is_default=False)
    make = Brand.objects.bulk_create([Brand(name="Oakdale")])
    assert default_brand().name == "Support"
    assert make[0].pk
    assert default() == "Support"


@pytest.mark.django_db(transaction=True)
def test_it_keeps_exactly_one_default_when_several_are_chosen_at_once():
    brands = [make_brand(f"Brand {n}") for n in range(5)]

    def work(number):
        try:
            for step in range(4):
                brand = Brand.objects.get(pk=brands[(number + step) % 5].pk)
                if number % 2:
                    make_default_brand(brand=brand)
                else:
                    brand.footer = f"{number} {step}"
                    brand.save()
                assert Brand.objects.filter(is_default=True).count() == 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    assert Brand.objects.filter(is_default=True).count() == 1
