"""What runs again and again: the task, after how many seconds, in which queue."""

from apps.core.recurring import Recurring

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600

RECURRING = (
    Recurring("apps.feeds.tasks.refresh_due_feeds", every=MINUTE, queue="low"),
    Recurring("apps.core.importing.tasks.sweep_imports", every=MINUTE),
    Recurring("apps.tickets.tasks.announce_held_replies", every=MINUTE, queue="high"),
    Recurring("apps.tickets.tasks.announce_follow_ups", every=MINUTE),
    Recurring("apps.tickets.tasks.give_out_waiting", every=MINUTE),
    Recurring("apps.tickets.attachments.sweep_uploads", every=HOUR, queue="low"),
    Recurring("apps.feeds.tasks.delete_orphaned_images", every=DAY, queue="low"),
    Recurring("apps.core.tasks.delete_expired_sessions", every=DAY, queue="low"),
    Recurring("apps.core.tasks.delete_old_sign_in_failures", every=DAY, queue="low"),
    Recurring("apps.core.idempotency.delete_old_records", every=HOUR, queue="low"),
    Recurring("apps.notifications.tasks.delete_old_notifications", every=DAY, queue="low"),
    Recurring("apps.core.tasks.delete_old_versions", every=DAY, queue="low"),
)
