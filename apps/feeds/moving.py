"""Taking over the address that a feed moved to."""

from django.db import transaction

from apps.core.urls import validate_web_address
from apps.feeds.models import ExternalFeed
from apps.feeds.services import note_new_address


@transaction.atomic
def use_new_address(*, feed: ExternalFeed) -> bool:
    """Store the address that the feed's server names as the new one, and fetch from there soon.

    False where the feed has not moved. Raises ValidationError where another feed has that address already.
    """
    row = ExternalFeed.objects.select_for_update(of=("self",)).select_related("state").get(pk=feed.pk)
    target = row.state.moved_to if hasattr(row, "state") else ""
    if not target:
        return False
    validate_web_address(target)
    row.url = target
    row.validate_unique()
    row.save(update_fields=["url", "updated_at"])
    note_new_address(feed=row)
    feed.url = target
    return True
