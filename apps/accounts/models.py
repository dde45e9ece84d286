"""Who may do what: people, departments and who works in them. Roles are Django groups (`roles.py`)."""

import unicodedata
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.token_models import ApiToken as ApiToken  # noqa: PLC0414 - one table of this app
from apps.brands.models import LANGUAGES, Brand, in_brand

BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class UserQuerySet(models.QuerySet["User"]):
    def agents(self) -> "UserQuerySet":
        """Everybody who may enter the management interface."""
        return self.filter(is_staff=True)

    def customers(self) -> "UserQuerySet":
        """Everybody else."""
        return self.filter(is_staff=False)

    def for_name_or_email(self, text: str) -> "UserQuerySet":
        """The account of what somebody typed to sign in; user names hold no @, so there is at most one."""
        column = "email" if "@" in text else "username"
        return self.filter(**{f"{column}__iexact": text})


class DeskUserManager(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str) -> "User":
        """The account of a user name in any case."""
        account: User = self.get(username__iexact=username)
        return account


def validate_time_zone(value: str) -> None:
    """Raises ValidationError for a name that is not an IANA time zone."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("This is not a known time zone. Write for example Europe/Berlin."))


def validate_one_line(value: str) -> None:
    """Raises ValidationError for line breaks and characters that nobody sees."""
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") or char in BIDI_CONTROLS for char in value):
        raise ValidationError(_("Write it on one line, without invisible characters."))


class User(AbstractUser):
    """A person with an account: a customer, or (as `is_staff`) somebody who works here."""

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        help_text=_("Letters, digits and . + - _ only."),
        validators=[UnicodeUsernameValidator(regex=r"^[\w.+-]+\Z")],
        error_messages={"unique": _("This user name is taken.")},
    )
    first_name = last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"))
    display_name = models.CharField(
        _("display name"), max_length=100, help_text=_("What other people see."), validators=[validate_one_line]
    )
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_time_zone])
    is_available = models.BooleanField(_("available"), default=True, help_text=_("Is given new work."))

    objects: ClassVar[DeskUserManager] = DeskUserManager()

    REQUIRED_FIELDS = ["email", "display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_in_any_case",
                violation_error_message=_("This user name is taken."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="email_in_any_case",
                violation_error_message=_("There is an account with this e-mail address."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.display_name = self.display_name or self.username
        super().save(*args, **kwargs)

    @cached_property
    def own_departments(self) -> "list[Department]":
        """The departments this person works in, by name; read once, as long as this object lives."""
        return list(self.departments.order_by("name"))

    @property
    def department_ids(self) -> list[int]:
        return [department.pk for department in self.own_departments]

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()


class DepartmentQuerySet(models.QuerySet["Department"]):
    def visible_to(self, user: User) -> "DepartmentQuerySet":
        """Departments a person works with: all for those who may change departments, else their own."""
        if user.has_perm("accounts.change_department"):
            return self
        return self.filter(memberships__user=user)

    def for_brand(self, brand: Brand) -> "DepartmentQuerySet":
        """The active departments that serve this brand."""
        return self.filter(in_brand(Department.brands.through, "department_id", brand), is_active=True)

    def public(self) -> "DepartmentQuerySet":
        """Those where customers can open tickets."""
        return self.filter(is_public=True)


class Department(models.Model):
    """A group of agents, and what they answer for."""

    class Distribution(models.TextChoices):
        PULL = "pull", _("Agents take tickets themselves")
        ROUND_ROBIN = "round_robin", _("Tickets go to the available agents in turn")

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    brands = models.ManyToManyField(
        Brand, verbose_name=_("brands"), blank=True, help_text=_("None chosen: the department serves all brands.")
    )
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="departments", verbose_name=_("members")
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_public = models.BooleanField(
        _("offered to customers"), default=True, help_text=_("Customers can open tickets here.")
    )
    distribution = models.CharField(_("distribution"), max_length=12, choices=Distribution, default=Distribution.PULL)
    max_tickets = models.PositiveIntegerField(
        _("most tickets per agent"),
        default=0,
        help_text=_(
            "Who has as many active tickets of this department takes and gets no more; only managers can still give "
            "some. 0: no limit."
        ),
    )
    requires_resolution = models.BooleanField(
        _("resolution required"), default=False, help_text=_("Agents write a resolution note before they close.")
    )

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """An agent works in a department."""

    user = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("agent"),
        limit_choices_to={"is_staff": True},
    )
    department = models.ForeignKey(Department, models.CASCADE, related_name="memberships", verbose_name=_("department"))

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["user", "department"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.department}"
