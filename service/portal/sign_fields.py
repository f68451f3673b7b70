"""What the signing page says of the reader's own fields, and what comes back from it."""

import json
from datetime import datetime
from typing import Any

from service.agreements import SigningView
from service.portal.forms import Form
from service.portal.pages import Visitor
from service.portal.wording import text

_PREFIX = "value_"


def field_values(
    visitor: Visitor, opened: SigningView, form: Form | None, *, today: datetime
) -> dict[str, Any]:
    """Return what the page's fields hold at first, or held when it was sent."""
    return {
        "values": {} if form is None else typed_values(form),
        "today": today.date().isoformat(),
        "initials": "".join(word[0] for word in opened.suggested_name.split() if word[0].isalpha())[
            :5
        ].upper(),
        "overlays": json.dumps(
            [
                {
                    "page": field.page,
                    "left": field.left,
                    "top": field.top,
                    "width": field.width,
                    "height": field.height,
                    "kind": field.kind,
                    "label": field.label or text(visitor.lang, f"field.{field.kind}"),
                    "target": f"value-{field.name}" if field.name else "sign-button",
                }
                for field in opened.fields
            ]
        ),
    }


def typed_values(form: Form) -> dict[str, str]:
    """Return what was filled in, by the name of the field."""
    return {
        name.removeprefix(_PREFIX): form.text(name)
        for name in form.names()
        if name.startswith(_PREFIX)
    }
