"""What happens to API tokens: they are made, recognised and revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.accounts.services import refuse_wrong_password
from apps.accounts.token_models import ApiToken
from apps.core.html import plain
from apps.core.locks import lock

TOKENS_A_PERSON = 20
SECRET_BYTES, PREFIX_BYTES = 32, 5
USE_NOTED_EVERY = timedelta(minutes=1)
MARK = "desk"


def create_token(
    *, owner: User, name: str, scopes: list[str], password: str, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token for a person. Returns it and its text, which nobody can find out again.

    Raises ValidationError, by field, where the password is wrong, a scope is unknown, the name is taken or the person
    has as many tokens as one may have.
    """
    refuse_wrong_password(password, owner)
    secret = secrets.token_hex(SECRET_BYTES)
    token = ApiToken(owner=owner, name=plain(name), scopes=scopes, expires_at=expires_at)
    token.prefix, token.secret_hash = secrets.token_hex(PREFIX_BYTES), _hash(secret)
    with transaction.atomic():
        lock(f"accounts.tokens.{owner.pk}")
        _check(token)
        token.save()
    return token, f"{MARK}_{token.prefix}_{secret}"


def _check(token: ApiToken) -> None:
    others = ApiToken.objects.not_revoked().filter(owner=token.owner)
    if others.filter(name=token.name).exists():
        raise ValidationError({"name": _("You have a token of this name. Choose another, or revoke that one.")})
    if others.count() >= TOKENS_A_PERSON:
        text = ngettext(
            "Nobody has more than %(count)d token. Revoke one first.",
            "Nobody has more than %(count)d tokens. Revoke one first.",
            TOKENS_A_PERSON,
        )
        raise ValidationError(text % {"count": TOKENS_A_PERSON})
    if token.expires_at is not None and token.expires_at <= timezone.now():
        raise ValidationError({"expires_at": _("This moment has passed.")})
    token.full_clean(exclude=["owner"], validate_constraints=False)


def revoke_token(*, token: ApiToken) -> None:
    """End a token at once. One that was revoked before keeps the time when that was."""
    ApiToken.objects.not_revoked().filter(pk=token.pk).update(revoked_at=timezone.now())
    token.refresh_from_db(fields=["revoked_at"])


def find_token(text: str) -> ApiToken | None:
    """The usable token of this text, with its owner; None for every other text. Notes that it was used."""
    mark, _line, rest = text.partition("_")
    prefix, _line, secret = rest.partition("_")
    if mark != MARK or not (prefix.isascii() and prefix.isalnum()):
        return None
    token = ApiToken.objects.usable().select_related("owner").filter(prefix=prefix).first()
    if token is None or not secrets.compare_digest(token.secret_hash, _hash(secret)):
        return None
    _note_use(token)
    return token


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is not None and token.last_used_at > now - USE_NOTED_EVERY:
        return
    is_due = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(is_due, pk=token.pk).update(last_used_at=now)


def _hash(secret: str) -> str:
    """SHA-256 is enough: a secret of 256 random bits cannot be guessed, however fast the hash is."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
