"""Taking the file in: never on disk in clear, never more than the limit, its format found out."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from apps.core.importing.formats import DeskFormat
from apps.core.importing.tables import MAX_BYTES, FileRefused


class MemoryOnly(MemoryFileUploadHandler):
    """Keeps an upload in memory, since it may hold passwords; drops what goes beyond the limit."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True
        self.received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.received = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received <= MAX_BYTES:
            super().receive_data_chunk(raw_data, start)
        return None

    def file_complete(self, file_size: int) -> Any:
        uploaded = super().file_complete(file_size)
        if uploaded is not None:
            uploaded.size = file_size  # the true size, also of what was dropped
        return uploaded


class UploadForm(forms.Form):
    """Asks for a file; its format follows from its name unless one is chosen."""

    import_file = forms.FileField(label=_("File"), widget=UnfoldAdminFileFieldWidget)
    format = forms.ChoiceField(label=_("Format"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, formats: list[type[DeskFormat]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.formats = formats
        endings = ",".join(f".{extension}" for kind in formats for extension in kind.extensions)
        self.fields["import_file"].widget.attrs["accept"] = endings
        choice: Any = self.fields["format"]
        choice.choices = [("", _("As the name of the file says")), *((str(i), f.title) for i, f in enumerate(formats))]

    def clean_import_file(self) -> Any:
        uploaded = self.cleaned_data["import_file"]
        if uploaded.size > MAX_BYTES:
            limit = MAX_BYTES // 1024 // 1024
            raise ValidationError(_("The file is larger than %(limit)d MB.") % {"limit": limit})
        return uploaded

    def clean(self) -> None:
        uploaded = self.cleaned_data.get("import_file")
        if uploaded is None or "format" not in self.cleaned_data:
            return
        chosen = self.cleaned_data["format"]
        ending = uploaded.name.rpartition(".")[2].lower()
        fitting = [self.formats[int(chosen)]] if chosen else [f for f in self.formats if ending in f.extensions]
        if not fitting:
            names = ", ".join(f.title for f in self.formats)
            message = _("The name of the file does not say its format. Choose one: %(formats)s.")
            raise ValidationError({"format": message % {"formats": names}})
        self.cleaned_data["file_format"] = fitting[0]()
        self.cleaned_data["content"] = uploaded.read()
        self._try_to_read()

    def _try_to_read(self) -> None:
        """Say at once what is wrong with a small file; a big one is read by its job."""
        kind, content = self.cleaned_data["file_format"], self.cleaned_data["content"]
        try:
            if kind.estimate(content) <= settings.DESK_IMPORT_JOB_ROWS:
                kind.read(content)
        except FileRefused as refused:
            raise ValidationError({"import_file": str(refused)}) from refused
