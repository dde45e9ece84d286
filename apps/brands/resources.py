"""Brands and custom links in files."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.brands.models import Brand, BrandHost, CustomLink
from apps.brands.services import default_brand, make_default_brand
from apps.core.importing.fields import BATCH, NamesField, remove
from apps.core.importing.plans import Entry, Plan
from apps.core.importing.resources import DeskResource

BRANDS_EXPLAINED = gettext_lazy("Names of brands, separated by |. Empty: all brands.")
ACTIVE_EXPLAINED = gettext_lazy("yes or no. Without this column: yes.")
POSITION_EXPLAINED = gettext_lazy("The place in the list, from 1. Without this column, new rows go to the end.")


class HostsField(NamesField):
    """The host names of a brand."""

    def __init__(self) -> None:
        super().__init__("hosts", to=BrandHost)

    def clean(self, row: Any, **kwargs: Any) -> tuple[str, ...]:
        """The host names of a cell, spelt as they are stored, sorted. Raises ValueError for what is no host name."""
        return tuple(sorted({_host_name(name) for name in self.widget.clean(row[self.column_name])}))

    def write(self, values: Any) -> None:
        remove(BrandHost, "brand_id", [brand.pk for brand, _names in values])
        hosts = [BrandHost(brand=brand, name=name) for brand, names in values for name in names]
        BrandHost.objects.bulk_create(hosts, batch_size=BATCH)


class BrandResource(DeskResource):
    """One row a brand, told apart by its name. Exactly one brand is the default one, before and after."""

    hosts = HostsField()
    validate_constraints = False
    explanations = {
        "name": gettext_lazy("The name. A row with the name of a stored brand changes that one."),
        "is_default": gettext_lazy("yes in one row: that brand takes the place of the present default brand."),
        "hosts": gettext_lazy("Its host names, separated by |, for example help.example.com|help.example.org."),
        "language": gettext_lazy("The default language: en, de or es."),
        "colour": gettext_lazy("# and six digits, for example #0b6e4f."),
        "header_colour": gettext_lazy("# and six digits, or empty."),
        "welcome_title": gettext_lazy("The welcome line."),
        "welcome_text": gettext_lazy("The text under the welcome line."),
        "announcement": gettext_lazy("A bar on top of the portal home. Empty: no bar."),
        "footer": gettext_lazy("The text at the end of each page."),
    }

    class Meta:
        model = Brand
        import_id_fields = ("name",)
        fields = (
            *("name", "is_default", "hosts", "language", "colour", "header_colour"),
            *("welcome_title", "welcome_text", "announcement", "footer"),
        )

    def check_all(self, plan: Plan) -> None:
        self._check_default(plan)
        self._check_hosts(plan)

    def before_write(self, plan: Plan) -> None:
        """A new default brand is written as an ordinary one, so that there are never two."""
        if _chosen(plan):
            Brand.objects.filter(is_default=True).update(is_default=False)
            for entry in plan.entries:
                entry.instance.is_default = False

    def after_write(self, plan: Plan) -> None:
        for entry in _chosen(plan):
            make_default_brand(brand=entry.instance)
        default_brand()

    def _check_default(self, plan: Plan) -> None:
        chosen = _chosen(plan)
        for entry in chosen[1:]:
            message = _("Row %(row)d is the default brand already.") % {"row": chosen[0].row}
            plan.refuse(entry.row, "is_default", message)
        present = Brand.objects.filter(is_default=True).first()
        given_up = [entry for entry in plan.changed if entry.before["is_default"] and not entry.after["is_default"]]
        if not chosen and given_up:
            message = _("There is always one default brand: write yes for another one.")
            plan.refuse(given_up[0].row, "is_default", message)
        if chosen and present and present.name != chosen[0].after["name"]:
            message = _("“%(new)s” takes the place of “%(old)s” as the default brand.")
            plan.notes.append(message % {"new": chosen[0].after["name"], "old": present.name})

    def _check_hosts(self, plan: Plan) -> None:
        """A host name belongs to one brand; it may move when its old brand's row in the file gives it up."""
        touched = {entry.instance.pk for entry in plan.changed if "hosts" in entry.changes}
        rows = BrandHost.objects.exclude(brand_id__in=touched).values_list("name", "brand__name")
        owners = dict(rows)
        for entry in plan.entries:
            for name in entry.after["hosts"]:
                owner = owners.setdefault(name, entry.after["name"])
                if owner != entry.after["name"]:
                    message = _("%(host)s belongs to the brand “%(brand)s”.")
                    plan.refuse(entry.row, "hosts", message % {"host": name, "brand": owner})


class CustomLinkResource(DeskResource):
    """One row a link, told apart by title and address together."""

    brands = NamesField("brands", to=Brand)
    explanations = {
        "title": gettext_lazy("The title. Title and address together tell rows apart."),
        "url": gettext_lazy("https://…, http://…, mailto:…, tel:… or a path on this portal such as /kb/."),
        "description": gettext_lazy("One line under the title."),
        "icon": gettext_lazy("For example link, book, cart, mail, phone or globe."),
        "audience": gettext_lazy("everyone, signed_in or staff."),
        "new_window": gettext_lazy("yes or no: open in a new window."),
        "brands": BRANDS_EXPLAINED,
        "is_active": ACTIVE_EXPLAINED,
        "position": POSITION_EXPLAINED,
    }

    class Meta:
        model = CustomLink
        import_id_fields = ("title", "url")
        fields = ("title", "url", "description", "icon", "audience", "new_window", "brands", "is_active", "position")


def _host_name(name: str) -> str:
    host = BrandHost(name=name)
    try:
        host.clean_fields(exclude=["brand"])
    except ValidationError as error:
        raise ValueError(f"{name[:100]}: {' '.join(error.messages)}") from error
    return host.name


def _chosen(plan: Plan) -> list[Entry]:
    """The rows that become the default brand and were not."""
    return [entry for entry in plan.entries if entry.after["is_default"] and "is_default" in entry.changes]
