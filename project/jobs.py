"""What runs again and again: the task, after how many seconds, in which queue."""

from apps.core.recurring import Recurring

MINUTE, DAY = 60, 24 * 3600

RECURRING = (
    Recurring("apps.feeds.tasks.refresh_due_feeds", every=MINUTE, queue="low"),
    Recurring("apps.core.importing.tasks.sweep_imports", every=MINUTE),
    Recurring("apps.feeds.tasks.delete_orphaned_images", every=DAY, queue="low"),
    Recurring("apps.core.tasks.delete_expired_sessions", every=DAY, queue="low"),
    Recurring("apps.core.tasks.delete_old_sign_in_failures", every=DAY, queue="low"),
    Recurring("apps.core.tasks.delete_old_versions", every=DAY, queue="low"),
)
