from django.contrib import admin
from unfold.admin import TabularInline

from apps.brands.models import Brand, BrandHost, CustomLink, Installation
from apps.core.admin import SetupModelAdmin, SingletonAdmin
from apps.core.ordered_admin import OrderedModelAdmin


class BrandHostInline(TabularInline):
    model = BrandHost
    extra = 0


@admin.register(Brand)
class BrandAdmin(SetupModelAdmin):
    list_display = ["name", "is_default", "language"]
    search_fields = ["name", "hosts__name"]
    inlines = [BrandHostInline]


@admin.register(CustomLink)
class CustomLinkAdmin(OrderedModelAdmin):
    list_display = ["title", "url", "audience", "is_active"]
    list_filter = ["is_active", "audience"]
    search_fields = ["title", "url"]


@admin.register(Installation)
class InstallationAdmin(SingletonAdmin):
    pass
