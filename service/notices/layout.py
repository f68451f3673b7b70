"""What every mail looks like: plain text, and the same words as simple HTML.

The HTML has one column, the reader's own fonts, dark text on white, and nothing to be fetched:
no picture, no style sheet, no counter of who opened it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import fill
from typing import Final
from urllib.parse import urlsplit

LANGUAGES: Final = ("es", "en")

# Control characters, line breaks of every kind, and marks that reorder or hide text.
_UNSEEN = re.compile(
    r"[\x00-\x20\x7f-\xa0\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+"
)
_URL = re.compile(r"https?://[\x21-\x7e]+")
_TEXT_WIDTH = 72
_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif"
_INK = "#1b1f24"  # 16:1 on white
_ACCENT = "#0b4f8a"  # white on it: 8:1 (WCAG 2.2 asks 4.5:1)


@dataclass(frozen=True, kw_only=True)
class MailText:
    """The words of one mail, in both forms."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, kw_only=True)
class Action:
    """The one thing that a mail asks for: a button, and its address in full below it."""

    label: str
    url: str

    def __post_init__(self) -> None:
        if not _URL.fullmatch(self.url) or not urlsplit(self.url).hostname:
            raise ValueError("expected an http or https address without spaces for a mail's link")


def one_line(words: str, *, limit: int) -> str:
    """Return people's own words as one visible line of at most ``limit`` characters."""
    line = _UNSEEN.sub(" ", words).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def checked_language(lang: str) -> str:
    """Return ``lang`` if Acta's mails are written in it; raises ValueError."""
    if lang not in LANGUAGES:
        raise ValueError(f"expected a language of {', '.join(LANGUAGES)}, got {lang!r}")
    return lang


def lay_out(
    *,
    lang: str,
    subject: str,
    paragraphs: Sequence[str],
    code: str | None = None,
    action: Action | None = None,
    footer: str,
) -> MailText:
    """Return the mail of these words: first paragraph, then code or action, then the rest."""
    checked_language(lang)
    first, *rest = paragraphs
    text_parts = [fill(first, _TEXT_WIDTH)]
    html_parts = [_paragraph(first)]
    if code is not None:
        text_parts.append(f"    {code}")
        html_parts.append(
            '<p style="margin:24px 0;font-size:32px;font-weight:bold;letter-spacing:6px;'
            f'font-family:monospace">{escape(code)}</p>'
        )
    if action is not None:
        url = escape(action.url)
        text_parts.append(f"{action.label}:\n{action.url}")
        html_parts.append(
            f'<p style="margin:24px 0"><a href="{url}" style="display:inline-block;'
            f"padding:12px 24px;background:{_ACCENT};color:#ffffff;text-decoration:none;"
            f'border-radius:6px;font-weight:bold">{escape(action.label)}</a></p>'
            f'<p style="margin:0 0 16px;font-size:14px;word-break:break-all">{url}</p>'
        )
    text_parts.extend(fill(paragraph, _TEXT_WIDTH) for paragraph in rest)
    html_parts.extend(_paragraph(paragraph) for paragraph in rest)
    text_parts.append("-- \n" + fill(f"Acta. {footer}", _TEXT_WIDTH))
    return MailText(
        subject=subject,
        text="\n\n".join(text_parts) + "\n",
        html=_page(lang=lang, title=subject, body="\n".join(html_parts), footer=footer),
    )


def _paragraph(words: str) -> str:
    return f'<p style="margin:0 0 16px">{escape(words)}</p>'


def _page(*, lang: str, title: str, body: str, footer: str) -> str:
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(title)}</title>
</head>
<body style="margin:0;padding:24px;background:#ffffff;color:{_INK};{_FONT};
font-size:17px;line-height:1.5">
<div role="article" lang="{lang}" style="max-width:560px;margin:0 auto">
<p style="margin:0 0 24px;font-size:20px;font-weight:bold;color:{_ACCENT}">Acta</p>
{body}
<hr style="border:0;border-top:1px solid #6b7280;margin:24px 0 12px">
<p style="margin:0;font-size:14px">{escape(footer)}</p>
</div>
</body>
</html>
"""
