"""What happens to accounts: registering, and changing what one signs in with."""

from axes.utils import reset as forget_failed_sign_ins
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts import tasks
from apps.accounts.models import User
from apps.brands.models import Brand
from apps.core.jobs import defer
from apps.core.limits import is_over_limit

GUESSES, GUESSES_SECONDS = 10, 300
RESETS, RESETS_SECONDS = 3, 3600


def register(
    *, username: str, email: str, display_name: str, password: str, language: str = "", time_zone: str = ""
) -> User:
    """Make a customer's account.

    Raises ValidationError, by field, for names that are taken or unusable and for weak passwords.
    """
    user = User(username=username, email=email, display_name=display_name, language=language, time_zone=time_zone)
    user.full_clean(exclude=["password"])
    _refuse_weak(password, user, field="password")
    user.set_password(password)
    _save(user)
    return user


def change_email(*, user: User, email: str, password: str, brand: Brand) -> None:
    """Give a person another e-mail address and tell the old one.

    Raises ValidationError, by field, where the password is wrong or the address is taken.
    """
    refuse_wrong_password(password, user)
    old = User.objects.values_list("email", flat=True).get(pk=user.pk)
    user.email = email
    user.full_clean(exclude=["password"])
    _save(user, "email")
    if old and old.casefold() != user.email.casefold():
        defer(tasks.send_notice, "email_changed", old, user.pk, brand.pk)


def change_password(*, user: User, password: str, new_password: str, brand: Brand) -> None:
    """Give a person another password and tell them by e-mail. Their other sessions end.

    Raises ValidationError, by field, where the present password is wrong or the new one weak.
    """
    refuse_wrong_password(password, user)
    set_password(user=user, new_password=new_password, brand=brand)


def set_password(*, user: User, new_password: str, brand: Brand) -> None:
    """Give a person who proved to be the one a new password; earlier failed sign-ins are forgotten.

    Raises ValidationError where the password is weak.
    """
    _refuse_weak(new_password, user, field="new_password")
    user.set_password(new_password)
    user.save(update_fields=["password"])
    forget_failed_sign_ins(username=user.username)
    if user.email:
        defer(tasks.send_notice, "password_changed", user.email, user.pk, brand.pk)


def ask_for_password_reset(*, account: str, brand: Brand, base_url: str, language: str) -> None:
    """Send the person of this user name or e-mail address a link to set a new password.

    Nothing tells the caller whether there is such a person, not even the time it takes: the mail is a job.
    base_url: where the link leads, without a slash at its end; it must come from a checked host name.
    """
    user = User.objects.for_name_or_email(account).filter(is_active=True).exclude(email="").first()
    if user is None or is_over_limit(name="reset-account", key=str(user.pk), limit=RESETS, seconds=RESETS_SECONDS):
        return
    defer(tasks.send_password_reset, user.pk, brand.pk, base_url, language)


def guesses_too_often(*, user: User) -> bool:
    """Count one more try at the password of somebody who is signed in; True for too many in five minutes."""
    return is_over_limit(name="password-check", key=str(user.pk), limit=GUESSES, seconds=GUESSES_SECONDS)


def refuse_wrong_password(password: str, user: User) -> None:
    """Raises ValidationError, for the field `password`, where it is not this person's, or after too many guesses."""
    if guesses_too_often(user=user):
        raise ValidationError({"password": _("Too many attempts. Wait five minutes, then try again.")})
    if not user.check_password(password):
        raise ValidationError({"password": _("This is not your password.")})


def _refuse_weak(password: str, user: User, *, field: str) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error


def _save(user: User, *fields: str) -> None:
    try:
        with transaction.atomic():
            user.save(update_fields=fields or None)
    except IntegrityError as error:  # somebody else took the name between the check and now
        raise ValidationError(_("This user name or e-mail address has just been taken.")) from error
