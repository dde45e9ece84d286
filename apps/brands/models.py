"""Whose desk this is: the installation, its brands and their custom links."""

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.brands.colours import Palette
from apps.core.locks import lock
from apps.core.models import Ordered, Singleton
from apps.core.urls import validate_link

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    Person = AbstractBaseUser | AnonymousUser

HEX_COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour as # and six digits, for example #0b6e4f."))
HOST_NAME = RegexValidator(
    r"^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$",
    _("Write only the host name, for example support.example.com: no http://, no port, no path."),
)
LANGUAGES = settings.LANGUAGES


def normal_host(name: str) -> str:
    """A host name as browsers send it: small letters, no dot at its end, umlauts as in the domain name system."""
    name = name.strip().rstrip(".").lower()
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name  # too long or empty parts: the validator says what is wrong


class Installation(Singleton):
    """This installation as a whole: one row."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100, default="Deskbridge")
    base_url = models.URLField(
        _("base address"),
        blank=True,
        help_text=_("Where this installation is reached from outside, for example https://support.example.com."),
    )
    simultaneous_login = models.BooleanField(
        _("one sign-in for both interfaces"),
        default=False,
        help_text=_(
            "When on, staff who signed in to the portal open the management interface without confirming "
            "their password. When off, they confirm it once a session."
        ),
    )

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installation")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="installation_single_row")]

    def __str__(self) -> str:
        return self.name


class BrandQuerySet(models.QuerySet["Brand"]):
    def for_host(self, host: str) -> "BrandQuerySet":
        """The brand of a host name (without port), best first: its own, else the default brand."""
        named = Exists(BrandHost.objects.filter(brand=OuterRef("pk"), name=host))
        return self.annotate(is_named=named).filter(Q(is_named=True) | Q(is_default=True)).order_by("-is_named")


class Brand(models.Model):
    """A company face: what customers see on the hosts that belong to it. Exactly one is the default brand."""

    DEFAULT_LOCK: ClassVar[str] = "brands.default"

    name = models.CharField(_("name"), max_length=100, unique=True)
    is_default = models.BooleanField(
        _("default brand"),
        default=False,
        help_text=_("Shown on every host name that belongs to no brand. There is always exactly one."),
    )
    language = models.CharField(_("default language"), max_length=10, choices=LANGUAGES, default="en")
    logo = models.ImageField(
        _("logo"), upload_to="brands/", blank=True, help_text=_("PNG, JPEG or WebP, up to 1 MB. Shown 40 pixels high.")
    )
    favicon = models.ImageField(
        _("favicon"), upload_to="brands/", blank=True, help_text=_("PNG, square, up to 256 kB. Shown in browser tabs.")
    )
    colour = models.CharField(
        _("brand colour"),
        max_length=7,
        default="#1f5eff",
        validators=[HEX_COLOUR],
        help_text=_("Buttons, links and the top of the page. Readable shades are worked out from it."),
    )
    header_colour = models.CharField(
        _("header colour"),
        max_length=7,
        blank=True,
        validators=[HEX_COLOUR],
        help_text=_("The bar with the logo. Empty: a quiet white, or black in dark mode."),
    )
    welcome_title = models.CharField(_("welcome line"), max_length=120, blank=True)
    welcome_text = models.TextField(_("welcome text"), blank=True, max_length=2000)
    announcement = models.TextField(
        _("announcement"), blank=True, max_length=1000, help_text=_("A bar on top of the portal home. Empty: no bar.")
    )
    footer = models.TextField(_("footer"), blank=True, max_length=1000)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_brand",
                violation_error_message=_("Another brand is the default brand."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Choosing a brand as the default takes it from the other one; a save never leaves none or two."""
        with transaction.atomic():
            lock(self.DEFAULT_LOCK)
            others = Brand.objects.filter(is_default=True).exclude(pk=self.pk)
            if self.is_default and not self._default_read:
                others.update(is_default=False)
            else:
                self.is_default = not others.exists()
            super().save(*args, **kwargs)
        self._default_read = self.is_default

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            lock(self.DEFAULT_LOCK)
            if Brand.objects.filter(pk=self.pk, is_default=True).exists():
                raise models.ProtectedError(str(_("Choose another default brand first.")), {self})
            return super().delete(*args, **kwargs)

    _default_read = False

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        brand = super().from_db(*args, **kwargs)
        brand._default_read = brand.__dict__.get("is_default", False)
        return brand

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._default_read = self.__dict__.get("is_default", False)

    @property
    def palette(self) -> Palette:
        """Readable shades of the brand's colours, light and dark."""
        return Palette.of(self.colour, self.header_colour)


class BrandHost(models.Model):
    """A host name under which a brand's portal is shown."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="hosts", verbose_name=_("brand"))
    name = models.CharField(
        _("host name"),
        max_length=253,
        unique=True,
        validators=[HOST_NAME],
        help_text=_("For example support.example.com, without http:// and port."),
        error_messages={"unique": _("This host name belongs to a brand already.")},
    )

    class Meta:
        verbose_name = _("host name")
        verbose_name_plural = _("host names")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = normal_host(self.name)
        super().save(*args, **kwargs)

    def clean_fields(self, exclude: Any = None) -> None:
        self.name = normal_host(self.name)
        super().clean_fields(exclude)


class CustomLinkQuerySet(models.QuerySet["CustomLink"]):
    def for_brand(self, brand: Brand) -> "CustomLinkQuerySet":
        """Links of this brand and those for all brands."""
        return self.filter(in_brand(CustomLink.brands.through, "customlink_id", brand))

    def visible_to(self, user: "Person") -> "CustomLinkQuerySet":
        """The active links that this person, signed in or not, is meant to see."""
        return self.for_audiences(audiences_of(user))

    def for_audiences(self, audiences: tuple[str, ...]) -> "CustomLinkQuerySet":
        """The active links meant for any of these audiences, which `audiences_of` gives."""
        return self.filter(is_active=True, audience__in=audiences)


def audiences_of(user: "Person") -> tuple[str, ...]:
    """The audiences of custom links that this person, signed in or not, belongs to."""
    audiences = [CustomLink.Audience.EVERYONE]
    if user.is_authenticated:
        audiences.append(CustomLink.Audience.SIGNED_IN)
    if getattr(user, "is_staff", False):
        audiences.append(CustomLink.Audience.STAFF)
    return tuple(audiences)


def in_brand(through: type[models.Model], column: str, brand: Brand) -> Q:
    """The condition "for all brands, or for this one" on a model whose brands are many-to-many.

    through: the model of the many-to-many table; column: its column that names the row.
    """
    chosen = through._default_manager.filter(**{column: OuterRef("pk")})
    return Q(~Exists(chosen)) | Q(Exists(chosen.filter(brand_id=brand.pk)))


class CustomLink(Ordered):
    """A button on the portal home."""

    class Audience(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        SIGNED_IN = "signed_in", _("Signed-in people")
        STAFF = "staff", _("Staff")

    class Icon(models.TextChoices):
        LINK = "link", _("Link")
        BOOK = "book", _("Book")
        CART = "cart", _("Shopping cart")
        CHART = "chart", _("Chart")
        CLOUD = "cloud", _("Cloud")
        DOWNLOAD = "download", _("Download")
        GLOBE = "globe", _("Globe")
        HEART = "heart", _("Heart")
        HOME = "home", _("House")
        INFO = "info", _("Information")
        MAIL = "mail", _("Letter")
        PHONE = "phone", _("Telephone")
        PEOPLE = "people", _("People")
        SERVER = "server", _("Server")
        SHIELD = "shield", _("Shield")
        STAR = "star", _("Star")
        TOOLS = "tools", _("Tools")
        WALLET = "wallet", _("Wallet")

    title = models.CharField(_("title"), max_length=80)
    url = models.CharField(
        _("address"),
        max_length=2000,
        validators=[validate_link],
        help_text=_("https://…, http://…, mailto:…, tel:… or a path on this portal such as /kb/."),
    )
    icon = models.CharField(_("icon"), max_length=20, choices=Icon, default=Icon.LINK)
    description = models.CharField(
        _("description"), max_length=160, blank=True, help_text=_("One line under the title of the button.")
    )
    audience = models.CharField(_("shown to"), max_length=20, choices=Audience, default=Audience.EVERYONE)
    new_window = models.BooleanField(_("open in a new window"), default=False)
    brands = models.ManyToManyField(
        Brand, verbose_name=_("brands"), blank=True, help_text=_("None chosen: the link is shown for all brands.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = CustomLinkQuerySet.as_manager()

    class Meta(Ordered.Meta):
        verbose_name = _("custom link")
        verbose_name_plural = _("custom links")

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if CustomLink.objects.filter(title=self.title, url=self.url).exclude(pk=self.pk).exists():
            raise ValidationError({"title": _("There is a link with this title and address already.")})
