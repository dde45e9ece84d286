import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from apps.brands.forms import BrandForm, BrandHostForm, UploadField, colour_widget
from apps.brands.images import discard
from apps.brands.models import Brand, BrandHost, CustomLink, Installation
from apps.brands.resources import BrandResource, CustomLinkResource
from apps.core.admin import SetupModelAdmin, SingletonAdmin
from apps.core.importing.admin import BulkAdminMixin
from apps.core.keeping import has_still, kept_by
from apps.core.ordered_admin import OrderedModelAdmin

PICTURES = ("logo", "favicon")
# The icons of custom links in the symbol font of the management interface.
SYMBOLS: dict[str, str] = {
    CustomLink.Icon.LINK: "link",
    CustomLink.Icon.BOOK: "menu_book",
    CustomLink.Icon.CART: "shopping_cart",
    CustomLink.Icon.CHART: "bar_chart",
    CustomLink.Icon.CLOUD: "cloud",
    CustomLink.Icon.DOWNLOAD: "download",
    CustomLink.Icon.GLOBE: "public",
    CustomLink.Icon.HEART: "favorite",
    CustomLink.Icon.HOME: "home",
    CustomLink.Icon.INFO: "info",
    CustomLink.Icon.MAIL: "mail",
    CustomLink.Icon.PHONE: "call",
    CustomLink.Icon.PEOPLE: "group",
    CustomLink.Icon.SERVER: "dns",
    CustomLink.Icon.SHIELD: "shield",
    CustomLink.Icon.STAR: "star",
    CustomLink.Icon.TOOLS: "build",
    CustomLink.Icon.WALLET: "account_balance_wallet",
}


class BrandHostInline(TabularInline):
    model = BrandHost
    form = BrandHostForm
    extra = 0
    show_title = False


@admin.register(Brand)
class BrandAdmin(BulkAdminMixin, SetupModelAdmin):
    list_display = ["name", "show_hosts", "show_default", "language"]
    search_fields = ["name", "hosts__name"]
    resource_classes = [BrandResource]
    form = BrandForm
    fieldsets = [
        (None, {"fields": ["name", "make_default", "language"]}),
        (_("Look"), {"fields": ["logo", "favicon", "colour", "header_colour"]}),
        (_("Portal home"), {"fields": ["welcome_title", "welcome_text", "announcement", "footer"]}),
    ]
    formfield_overrides: dict[Any, Any] = {models.ImageField: {"form_class": UploadField}}
    inlines = [BrandHostInline]
    actions_detail = ["open_portal"]

    class Media:
        js = ["management/brand.js"]

    @display(description=_("host names"))
    def show_hosts(self, brand: Brand) -> str:
        return ", ".join(host.name for host in brand.hosts.all())

    @display(description=_("default brand"), label={True: "success"})
    def show_default(self, brand: Brand) -> tuple[bool, Any] | None:
        return (True, _("Default")) if brand.is_default else None

    @display(description=_("default brand"), boolean=True)
    def make_default(self, brand: Brand) -> bool:
        return brand.is_default

    @action(
        description=_("Open the portal"),
        url_path="portal",
        icon="open_in_new",
        attrs={"target": "_blank", "rel": "noopener"},
    )
    def open_portal(self, request: HttpRequest, object_id: int) -> HttpResponse:
        host = BrandHost.objects.filter(brand=object_id).first()
        if host is None and not Brand.objects.filter(pk=object_id, is_default=True).exists():
            messages.warning(request, _("Give this brand a host name first; its portal is shown there."))
            return redirect("admin:brands_brand_change", object_id)
        return redirect(_address(request, host.name) if host else "portal:home")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        return super().get_queryset(request).prefetch_related("hosts")  # type: ignore[no-any-return]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name.endswith("colour"):
            kwargs["widget"] = colour_widget()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Brand | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        used = {brand: kept_by(brand) for brand in objs}
        if any(used.values()):
            advice = gettext("They keep the brand for which they were made.")
            return [], {}, set(), [has_still(brand, what, advice) for brand, what in used.items() if what]
        found, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        kept = [
            _("%(brand)s, because it is the default brand") % {"brand": brand} for brand in objs if brand.is_default
        ]
        return found, counts, forbidden - {self.opts.verbose_name}, [*protected, *kept]

    def delete_model(self, request: HttpRequest, obj: Brand) -> None:
        discard([obj.logo.name or "", obj.favicon.name or ""])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Brand]) -> None:
        for brand in queryset:
            self.delete_model(request, brand)

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:
        discard(form.initial[name].name for name in PICTURES if name in form.changed_data and form.initial.get(name))
        super().save_model(request, obj, form, change)

    def reversion_register(self, model: type[models.Model], **kwargs: Any) -> None:
        """Versions leave alone which brand is the default, and files, because replaced ones are deleted."""
        kept = {"exclude": ["is_default", *PICTURES]} if model is Brand else {}
        super().reversion_register(model, **kwargs, **kept)

    @contextmanager
    def reverting(self) -> Iterator[None]:
        kept = [(name, row) for name in PICTURES for row in Brand.objects.exclude(**{name: ""}).values("pk", name)]
        with super().reverting():
            yield
        for name, row in kept:
            Brand.objects.filter(pk=row["pk"], **{name: ""}).update(**{name: row[name]})


@admin.register(CustomLink)
class CustomLinkAdmin(BulkAdminMixin, OrderedModelAdmin):
    list_display = ["title", "show_icon", "url", "show_brands", "audience", "is_active"]
    list_filter = [
        ("brands", RelatedDropdownFilter),
        ("audience", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
    ]
    search_fields = ["title", "url", "description"]
    resource_classes = [CustomLinkResource]
    fieldsets = [
        (None, {"fields": ["title", "url", "icon", "description"]}),
        (_("Where and to whom"), {"fields": ["brands", "audience", "new_window", "is_active"]}),
    ]

    @display(description=_("icon"))
    def show_icon(self, link: CustomLink) -> str:
        return render_to_string("admin/link_icon.html", {"symbol": SYMBOLS[link.icon], "name": link.get_icon_display()})

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "icon":
            kwargs["widget"] = UnfoldAdminSelectWidget(attrs={"data-symbols": json.dumps(SYMBOLS)})
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    @display(description=_("brands"))
    def show_brands(self, link: CustomLink) -> Any:
        return ", ".join(brand.name for brand in link.brands.all()) or _("All brands")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CustomLink]:
        return super().get_queryset(request).prefetch_related("brands")  # type: ignore[no-any-return]


@admin.register(Installation)
class InstallationAdmin(SingletonAdmin):
    fieldsets = [(None, {"fields": ["name", "base_url", "simultaneous_login"]})]


def _address(request: HttpRequest, host: str) -> str:
    port = f":{request.get_port()}" if request.get_port() not in {"80", "443"} else ""
    return f"{request.scheme}://{host}{port}/"
