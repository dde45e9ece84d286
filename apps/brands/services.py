"""What can happen to brands."""

from django.db import transaction

from apps.brands.models import Brand
from apps.core.locks import lock


@transaction.atomic
def make_default_brand(*, brand: Brand) -> None:
    """Show this brand on every host name that belongs to none; the default brand until now is an ordinary one then."""
    lock(Brand.DEFAULT_LOCK)
    brand.refresh_from_db(fields=["is_default"])
    brand.is_default = True
    brand.save(update_fields=["is_default", "updated_at"])


@transaction.atomic
def default_brand() -> Brand:
    """The default brand; where there is none, the oldest brand becomes it, and a fresh installation gets one."""
    lock(Brand.DEFAULT_LOCK)
    brand = Brand.objects.order_by("-is_default", "pk").first() or Brand.objects.create(name="Support")
    if not brand.is_default:
        make_default_brand(brand=brand)
    return brand
