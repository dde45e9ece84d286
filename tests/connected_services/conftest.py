"""The settings page, and builders for it."""

import pytest

from apps.connected_services.models import ConnectedServices

PAGE = "/management/connected_services/connectedservices/"
SECRETS = {
    "google_maps_api_key": "maps-secret-1",
    "google_translate_api_key": "google-secret-2",
    "azure_subscription_key": "azure-secret-3",
    "whmcs_api_key": "whmcs-secret-4",
    "whmcs_password": "whmcs-secret-5",
}


@pytest.fixture
def stored(brand):
    """Settings in which every secret is stored."""
    row = ConnectedServices.load()
    for name, value in {
        **SECRETS,
        "map_provider": "google",
        "translation_provider": "google",
        "azure_region": "westeurope",
        "whmcs_url": "https://billing.example.com/whmcs",
        "whmcs_username": "api-admin",
    }.items():
        setattr(row, name, value)
    row.save()
    return row


def form_data(row, **changes):
    """What the browser sends of the settings form: secrets are empty fields."""
    names = ["max_external_feed_articles", "map_provider", "translation_provider", "azure_region"]
    names += ["monthly_character_limit", "whmcs_url", "whmcs_username"]
    data = {name: getattr(row, name) for name in names} | dict.fromkeys(SECRETS, "")
    data["monthly_character_limit"] = data["monthly_character_limit"] or ""
    return data | changes
