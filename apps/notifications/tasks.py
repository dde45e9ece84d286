"""What runs later."""

from apps.notifications import services


def delete_old_notifications() -> None:
    """Delete notifications that nobody needs any more; daily."""
    services.delete_old_notifications()
