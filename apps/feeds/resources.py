"""External feeds in files."""

from django.utils.translation import gettext_lazy as _

from apps.brands.models import Brand
from apps.brands.resources import ACTIVE_EXPLAINED, BRANDS_EXPLAINED, POSITION_EXPLAINED
from apps.core.importing.fields import NamesField
from apps.core.importing.plans import Plan
from apps.core.importing.resources import DeskResource
from apps.feeds.leases import ensure_states
from apps.feeds.models import ExternalFeed


class ExternalFeedResource(DeskResource):
    """One row a feed, told apart by its address."""

    brands = NamesField("brands", to=Brand)
    explanations = {
        "url": _("The address of the feed. A row with the address of a stored feed changes that one."),
        "name": _("The heading of the section on the portal."),
        "brands": BRANDS_EXPLAINED,
        "show_description": _("yes or no. Without this column: yes."),
        "show_image": _("yes or no. Without this column: no."),
        "new_window": _("yes or no: open articles in a new window. Without this column: yes."),
        "is_active": ACTIVE_EXPLAINED,
        "position": POSITION_EXPLAINED,
    }

    class Meta:
        model = ExternalFeed
        import_id_fields = ("url",)
        fields = ("name", "url", "brands", "show_description", "show_image", "new_window", "is_active", "position")

    def after_write(self, plan: Plan) -> None:
        """New feeds are due now: the next round of the workers fetches them."""
        ensure_states()
