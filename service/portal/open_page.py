"""The recovery page: one file with everything in it, which opens a custody kit off line."""

import base64
import hashlib
import re
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.portal.wording import Lang, text

_FOLDER: Final = Path(__file__).parent
_LIBRARY: Final = _FOLDER / "node_modules" / ".acta" / "age.js"
_SAID: Final = (
    "no-key",
    "not-for-key",
    "no-envelope",
    "no-document",
    "not-fetched",
    "other",
)
_ENDS_SCRIPT: Final = re.compile(r"</(script|style)", re.IGNORECASE)


@lru_cache(maxsize=4)
def recovery_page(lang: Lang) -> bytes:
    """Return the page in one language.

    Its own policy allows exactly the scripts and the style that stand in it, by their hashes, so
    nothing that is put into it later runs.
    """
    library, script, style = (
        _inline(path) for path in (_LIBRARY, _here("open.js"), _here("open.css"))
    )
    templates = Environment(
        loader=FileSystemLoader(_FOLDER / "offline"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = templates.get_template("open.html").render(
        lang=lang,
        t=partial(text, lang),
        said=_SAID,
        library=library,
        script=script,
        style=style,
        script_hashes=f"{_hash(library)} {_hash(script)}",
        style_hash=_hash(style),
    )
    return page.encode()


def _here(name: str) -> Path:
    return _FOLDER / "offline" / name


def _inline(path: Path) -> str:
    content = path.read_text(encoding="utf-8")
    if _ENDS_SCRIPT.search(content):
        raise ValueError(f"expected no closing tag in {path.name}, which stands inside a page")
    return content


def _hash(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
