import pytest

from tests.portal.builders import make_brand


@pytest.fixture
def https(settings, client):
    settings.SECURE_SSL_REDIRECT = True
    client.handler.load_middleware()
    return client


def test_it_sends_nobody_to_a_host_that_is_not_ours(brand, https):
    assert https.get("/login/", headers={"host": "evil.example"}).status_code == 400
    assert https.get("/static/portal/portal.css", headers={"host": "evil.example"}).status_code == 400


def test_it_sends_a_brands_visitors_to_https(brand, https):
    make_brand("Northwind", host="help.example.com")
    answer = https.get("/login/", headers={"host": "help.example.com"})
    assert answer.status_code == 301
    assert answer["Location"] == "https://help.example.com/login/"
