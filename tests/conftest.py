"""Personas and builders that the tests share."""

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.roles import Role, set_role
from apps.brands.models import Brand

PASSWORD = "correct horse battery"


def make_user(name: str, role: Role = Role.CUSTOMER, **changes: object) -> User:
    user = User.objects.create_user(name, f"{name}@example.com", PASSWORD, **{"display_name": name.title(), **changes})
    set_role(user=user, role=role)
    return user


@pytest.fixture
def brand(db: None) -> Brand:
    return Brand.objects.create(name="Fernhill", is_default=True)


@pytest.fixture
def admin(brand: Brand) -> User:
    return make_user("admin", Role.ADMINISTRATOR)


@pytest.fixture
def manager(brand: Brand) -> User:
    return make_user("mia", Role.MANAGER)


@pytest.fixture
def alice(brand: Brand) -> User:
    return make_user("alice", Role.AGENT)


@pytest.fixture
def carol(brand: Brand) -> User:
    return make_user("carol")


def signed_in(user: User) -> Client:
    """A client of this person, signed in to the portal and to the management interface."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin_client(admin: User) -> Client:
    return signed_in(admin)
