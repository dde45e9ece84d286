"""Base classes of every admin page."""

from reversion.admin import VersionAdmin
from unfold.admin import ModelAdmin


class DeskModelAdmin(ModelAdmin):
    """Unfold's ModelAdmin with the options that Deskbridge always uses."""

    list_filter_submit = True
    warn_unsaved_form = True
    show_full_result_count = False
    list_per_page = 50


class SetupModelAdmin(DeskModelAdmin, VersionAdmin):
    """For what administrators set up: every change is a version that can be brought back."""
