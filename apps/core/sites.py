"""The management interface: Django's admin in Unfold's dress, on `/management/`."""

from unfold.sites import UnfoldAdminSite


class ManagementSite(UnfoldAdminSite):
    """Deskbridge's admin site."""

    index_title = "Deskbridge"
