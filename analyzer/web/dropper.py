"""The box that files are dropped on: one button, and a progress bar for each file."""

from __future__ import annotations

from nicegui import ui

# Quasar's own header nests a file field without a name in a button without one.
_HEADER = """
<div class="dropper">
  <button type="button" class="pick" @click="props.pickFiles">{button}</button>
  <span>{hint}</span>
  <label class="unseen">{button}<q-uploader-add-trigger /></label>
</div>
"""


def dress(upload: ui.upload, *, button: str, hint: str) -> ui.upload:
    """Give an uploader a header that a keyboard and a screen reader can use. Our words only."""
    upload.props("flat hide-upload-btn")
    upload.add_slot("header", _HEADER.format(button=button, hint=hint))
    return upload
