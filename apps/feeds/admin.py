from django.contrib import admin

from apps.core.admin import SetupModelAdmin
from apps.feeds.models import ExternalFeed


@admin.register(ExternalFeed)
class ExternalFeedAdmin(SetupModelAdmin):
    list_display = ["name", "url", "is_active"]
    search_fields = ["name", "url"]
