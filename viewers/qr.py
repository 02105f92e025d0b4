"""A link as a QR code, drawn by ourselves. Pure."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe

_QUIET_ZONE = 4  # modules: scanners look for it


def svg(url: str, label: str) -> SafeString:
    """Return a QR code as an SVG to stand in a page: black on white in any colour scheme."""
    drawn = segno.make(url, error="m").svg_inline(
        scale=6, border=_QUIET_ZONE, dark="#000", light="#fff", svgclass="qr", omitsize=True,
        title=label,
    )  # fmt: skip
    return mark_safe(drawn)  # noqa: S308  (segno escapes the title; the rest are figures)
