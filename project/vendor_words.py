"""Words of Django, Unfold, reversion and axes that lack a German or Spanish translation, or have one that reads badly.

Nothing imports this file: `make messages` collects the words from here, and our catalogues win over the vendors'.
German durations stand in the dative, because Deskbridge shows them only after "in", "vor" and "seit".
"""

from django.utils.translation import gettext_noop, ngettext_lazy

DURATIONS = (
    ngettext_lazy("%(num)d year", "%(num)d years", "num"),
    ngettext_lazy("%(num)d month", "%(num)d months", "num"),
    ngettext_lazy("%(num)d week", "%(num)d weeks", "num"),
    ngettext_lazy("%(num)d day", "%(num)d days", "num"),
    ngettext_lazy("%(num)d hour", "%(num)d hours", "num"),
    ngettext_lazy("%(num)d minute", "%(num)d minutes", "num"),
)

DJANGO = (
    gettext_noop("The {name} “{obj}” was added successfully."),
    gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    gettext_noop("The %(name)s “%(obj)s” was deleted successfully."),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("Save and continue editing"),
    gettext_noop("Save and add another"),
    ngettext_lazy(
        "%(count)s %(name)s was changed successfully.", "%(count)s %(name)s were changed successfully.", "count"
    ),
    gettext_noop("Delete selected %(verbose_name_plural)s"),
    gettext_noop("Successfully deleted %(count)d %(items)s."),
)

UNFOLD_LISTS = (
    gettext_noop("Filters"),
    gettext_noop("Apply Filters"),
    gettext_noop("Reset filters"),
    gettext_noop("Select action to run"),
    gettext_noop("Run"),
    gettext_noop("Run the selected action"),
    gettext_noop("Click here to select the objects across all pages"),
    gettext_noop("Select record"),
    gettext_noop("Select all"),
    gettext_noop("Select value"),
    gettext_noop("Select format"),
    gettext_noop("No results found"),
    gettext_noop("This page yielded into no results."),
    gettext_noop("%(full_result_count)s total"),
    gettext_noop("True"),
    gettext_noop("False"),
    gettext_noop("No"),
    gettext_noop("No data"),
    gettext_noop("From"),
    gettext_noop("To"),
    gettext_noop("Date from"),
    gettext_noop("Date to"),
    gettext_noop("Value"),
    gettext_noop("Previous"),
    gettext_noop("Next"),
    gettext_noop("previous"),
    gettext_noop("next"),
)

UNFOLD_FORMS = (
    gettext_noop("After you've created a user, you’ll be able to edit more user options."),
    gettext_noop("Go back"),
    gettext_noop("Welcome"),
    gettext_noop("Return to site"),
    gettext_noop("General"),
    gettext_noop("Add row"),
    gettext_noop("Add new item"),
    gettext_noop("This item will be deleted."),
    gettext_noop("Click to cancel"),
    gettext_noop("Choose file to upload"),
    gettext_noop("Current file"),
    gettext_noop("Click to download"),
    gettext_noop("Image preview"),
    gettext_noop("Record picture"),
    gettext_noop("Reset to default"),
    gettext_noop("Toggle password visibility"),
    gettext_noop("Collapse"),
    gettext_noop("All applications"),
    gettext_noop("Models in the %(name)s application"),
    gettext_noop(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? '
        "All of the following related items will be deleted:"
    ),
    gettext_noop(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following "
        "protected related objects:"
    ),
    gettext_noop(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related objects, but your account "
        "doesn't have permission to delete the following types of objects:"
    ),
    gettext_noop("You have been successfully logged out from the administration"),
)

UNFOLD_SEARCH = (
    gettext_noop("Search apps and models..."),
    gettext_noop("Type to search"),
    gettext_noop("Recent searches"),
    gettext_noop("Nothing matched your search"),
    gettext_noop("Navigate"),
    gettext_noop("Select"),
    ngettext_lazy(
        '\n            Found <span class="font-medium text-important">%(counter)s</span> result in %(time)s seconds\n'
        "        ",
        '\n            Found <span class="font-medium text-important">%(counter)s</span> results in %(time)s seconds\n'
        "        ",
        "counter",
    ),
    gettext_noop("Available shortcuts"),
    gettext_noop("Global shortcuts"),
    gettext_noop("Open command tool"),
    gettext_noop("Open shortcuts list"),
    gettext_noop("Toggle sidebar"),
    gettext_noop("Toggle dark/light mode"),
    gettext_noop("Changelist shortcuts"),
    gettext_noop("Toggle filter"),
    gettext_noop("Create new record"),
    gettext_noop("Command tool shortcuts"),
    gettext_noop("Open selection"),
    gettext_noop("Open selection in new tab"),
)

VERSIONS = (
    gettext_noop("There are no deleted objects to recover"),
    gettext_noop("Choose a date from the list below to revert to a previous version of this object"),
    gettext_noop("Change history: %s"),
    gettext_noop("This object doesn't have a change history."),
    gettext_noop("This object doesn't have a change history. It probably wasn't added via this admin site."),
    gettext_noop("This object doesn’t have a change history. It probably wasn’t added via this admin site."),
    gettext_noop("Choose a date from the list below to recover a deleted version of an object."),
    gettext_noop("Press the save button below to revert to this version of the object."),
    gettext_noop("Press the save button below to recover this version of the object."),
    gettext_noop("Reverted to previous version, saved on %(datetime)s"),
    gettext_noop("Could not load %(object_repr)s version - incompatible version data."),
    gettext_noop("Could not load %(object_repr)s version - not found"),
    gettext_noop("Could not save %(object_repr)s version - missing dependency."),
    gettext_noop("Revert"),
    gettext_noop("Revert to this version"),
    gettext_noop("Object"),
    gettext_noop("revision"),
    gettext_noop("comment"),
    gettext_noop("date created"),
)

FAILED_SIGN_INS = (
    gettext_noop("access attempt"),
    gettext_noop("access attempts"),
    gettext_noop("Attempt Time"),
    gettext_noop("Failed Logins"),
    gettext_noop("Locked Out"),
    gettext_noop("Attempt Remaining"),
    gettext_noop("Expires At"),
    gettext_noop("Not set"),
    gettext_noop("Clean up expired attempts"),
    gettext_noop("IP Address"),
    gettext_noop("User Agent"),
    gettext_noop("Username"),
    gettext_noop("Path"),
    gettext_noop("HTTP Accept"),
    gettext_noop("GET Data"),
    gettext_noop("POST Data"),
    gettext_noop("Form Data"),
    gettext_noop("Meta Data"),
    gettext_noop("Session key hash (sha256)"),
)
