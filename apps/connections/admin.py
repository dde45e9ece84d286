from django.contrib import admin

from apps.connections.models import SmarterTrackConnection
from apps.core.admin import SetupModelAdmin


@admin.register(SmarterTrackConnection)
class SmarterTrackConnectionAdmin(SetupModelAdmin):
    list_display = ["name", "base_url"]
    search_fields = ["name", "base_url"]
