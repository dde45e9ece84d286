"""Outside articles shown on the portal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.brands.models import Brand, in_brand
from apps.core.models import Ordered
from apps.core.urls import validate_web_address


class ExternalFeedQuerySet(models.QuerySet["ExternalFeed"]):
    def active(self) -> "ExternalFeedQuerySet":
        """Feeds that are fetched and shown."""
        return self.filter(is_active=True)

    def for_brand(self, brand: Brand) -> "ExternalFeedQuerySet":
        """Active feeds of this brand and those for all brands, in their order."""
        return self.active().filter(in_brand(ExternalFeed.brands.through, "externalfeed_id", brand))


class ExternalFeed(Ordered):
    """A feed (RSS, Atom, JSON Feed …) whose articles are a section of the portal home."""

    name = models.CharField(_("name"), max_length=100, help_text=_("The heading of the section on the portal."))
    url = models.CharField(
        _("address"),
        max_length=2000,
        unique=True,
        validators=[validate_web_address],
        help_text=_("The address of the feed, or of a web page that names its feed."),
        error_messages={"unique": _("This feed is in the list already; choose several brands there instead.")},
    )
    brands = models.ManyToManyField(
        Brand, verbose_name=_("brands"), blank=True, help_text=_("None chosen: the feed is shown for all brands.")
    )
    show_description = models.BooleanField(_("show description"), default=True)
    show_image = models.BooleanField(
        _("show image"),
        default=False,
        help_text=_("Images are fetched by Deskbridge and kept small; customers' browsers ask only this server."),
    )
    new_window = models.BooleanField(_("open in a new window"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ExternalFeedQuerySet.as_manager()

    class Meta(Ordered.Meta):
        verbose_name = _("external feed")
        verbose_name_plural = _("external feeds")

    def __str__(self) -> str:
        return self.name


class FeedState(models.Model):
    """How fetching a feed goes. A table of its own: no form save and no revert touches it."""

    class Status(models.TextChoices):
        NEVER = "never", _("Waiting for its first fetch")
        OK = "ok", _("Healthy")
        EMPTY = "empty", _("Healthy, without articles")
        THROTTLED = "throttled", _("Asked to wait")
        FAILING = "failing", _("Failing")
        GONE = "gone", _("Gone")

    feed = models.OneToOneField(ExternalFeed, models.CASCADE, primary_key=True, related_name="state")
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.NEVER)
    error_kind = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0)
    first_failure_at = models.DateTimeField(null=True, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_change_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(_("next try"), null=True, blank=True, db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    host = models.CharField(max_length=260, blank=True, db_index=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    etag = models.CharField(max_length=1000, blank=True)
    last_modified = models.CharField(max_length=1000, blank=True)
    validators_url = models.CharField(max_length=2000, blank=True)
    body_sha256 = models.CharField(max_length=64, blank=True)
    moved_to = models.CharField(max_length=2000, blank=True)
    moved_since = models.DateTimeField(null=True, blank=True)
    moved_count = models.PositiveIntegerField(default=0)
    gone_count = models.PositiveIntegerField(default=0)
    empty_since = models.DateTimeField(null=True, blank=True)
    item_count = models.PositiveIntegerField(default=0)
    is_malformed = models.BooleanField(default=False)
    site_url = models.CharField(max_length=2000, blank=True)
    parser_revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("feed state")
        verbose_name_plural = _("feed states")

    def __str__(self) -> str:
        return f"{self.feed}: {self.get_status_display()}"


class FeedArticleQuerySet(models.QuerySet["FeedArticle"]):
    def for_brand(self, brand: Brand, limit: int) -> "FeedArticleQuerySet":
        """The first `limit` articles of each of the brand's active feeds, with their feed, as the portal shows them."""
        feeds = ExternalFeed.objects.for_brand(brand).order_by()
        shown = self.filter(feed__in=feeds, position__lt=limit)
        return shown.select_related("feed").order_by("feed__position", "feed_id", "position")


class FeedArticle(models.Model):
    """One article of a feed, as it is shown: plain text only."""

    feed = models.ForeignKey(ExternalFeed, models.CASCADE, related_name="articles")
    key = models.CharField(max_length=64)
    guid = models.CharField(max_length=1000, blank=True)
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    image_url = models.CharField(max_length=2000, blank=True)
    image = models.FileField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField()

    objects = FeedArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["feed", "key"], name="article_once_in_feed")]
        indexes = [models.Index(fields=["feed", "position"], name="article_feed_position")]

    def __str__(self) -> str:
        return self.title
