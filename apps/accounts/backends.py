"""Signing in by user name or e-mail address, and what the brute-force guard counts."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.models import User
from apps.core.limits import network_of
from apps.core.prepared import PreparedQuery


def _permissions(person: int, same_person: int) -> QuerySet[Permission, tuple[str, str]]:
    names = ("content_type__app_label", "codename")
    own = Permission.objects.filter(user=person).order_by().values_list(*names)
    by_role = Permission.objects.filter(group__user=same_person).order_by().values_list(*names)
    return own.union(by_role).order_by()


_PERMISSIONS = PreparedQuery(_permissions, 2)


class NameOrEmailBackend(ModelBackend):
    """Django's backend, finding the account by user name or by e-mail address, in any case of letters."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if not username or password is None:
            return None
        user = User.objects.for_name_or_email(username.strip()).first()
        if user is None:
            User().set_password(password)  # as slow as a wrong password, so that accounts cannot be guessed
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """As Django's, the person's own and those of the roles in one query: every page asks for them."""
        if obj is not None or not user_obj.is_active or user_obj.is_superuser or user_obj.is_anonymous:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            found = _PERMISSIONS.rows(user_obj.pk, user_obj.pk)
            user_obj._perm_cache = {f"{label}.{name}" for label, name in found}
        return user_obj._perm_cache  # type: ignore[no-any-return]


def attempted_account(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The account an attempt is counted for: both its names count as one. Unknown names count as typed."""
    source: Any = credentials or (request.POST if request else {})
    typed = str(source.get("username") or "").strip().casefold()[:150]
    known = User.objects.for_name_or_email(typed).values_list("username", flat=True).first()
    return known or typed


def client_address(request: HttpRequest) -> str:
    """The caller's address; the web server has already replaced it where a trusted proxy named another."""
    return str(request.META.get("REMOTE_ADDR") or "")


def caller_network(request: HttpRequest) -> str:
    """What callers without an account are counted by."""
    return network_of(client_address(request))
