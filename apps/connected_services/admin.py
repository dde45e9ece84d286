from django.contrib import admin

from apps.connected_services.models import ConnectedServices
from apps.core.admin import SetupModelAdmin


@admin.register(ConnectedServices)
class ConnectedServicesAdmin(SetupModelAdmin):
    pass
