"""One form for every JSON of the protocol: the bytes equal JCS of what they parse to (RFC 8785).

On top of JCS: no fractions or exponents, integers within ±(2^53 - 1), at most 16 levels of
nesting, no repeated member, no lone surrogate, a size limit for each format. The checks run
before the parser can be hurt: size first, then depth, then numbers while they are still text.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Never

import rfc8785

from anchoring.errors import InvalidError

JSONObject = dict[str, Any]
MAX_SAFE_INTEGER = 2**53 - 1
"""Above it a JSON number is not the same number in every language (RFC 8785 §3.2.2.3)."""
MAX_DEPTH = 16

# A whole string, or one bracket. An unclosed string is taken to the end of the input, and the
# repeat gives nothing back, so that no input makes this take more than one pass.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


class _RefusalError(ValueError):
    """Carries a parser hook's reason out of the standard library's parser."""


def canonical_bytes(value: object) -> bytes:
    """Return JCS of ``value`` (RFC 8785); ValueError if it has no form in this protocol."""
    _refuse_floats(value, MAX_DEPTH)
    return rfc8785.dumps(value)  # type: ignore[arg-type]  # checked by the walk above


def parse_canonical(
    raw: bytes, *, limit: int, what: str, error: type[InvalidError]
) -> JSONObject | list[Any]:
    """Return the object or array that ``raw`` canonically encodes; else raise ``error``.

    ``limit`` is the greatest length in bytes, ``what`` names the thing in messages.
    """
    if len(raw) > limit:
        raise error(f"expected the {what} to have at most {limit} bytes, got {len(raw)}")
    try:
        _refuse_depth(raw)
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
        # RFC 8785 sorts and escapes; a lone surrogate has no UTF-8 form and fails here.
        canonical = rfc8785.dumps(value)
    except (ValueError, RecursionError) as reason:
        raise error(f"expected the {what} in canonical json, got: {reason}") from None
    if canonical != raw:
        raise error(
            f"expected the {what} to equal its own canonical json (rfc 8785), got another "
            "order, spacing or spelling; do not reformat it"
        )
    if not isinstance(value, dict | list):
        raise error(f"expected the {what} to be an object or array, got a bare value")
    return value


def _refuse_depth(raw: bytes) -> None:
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(raw):
        first = match.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise _RefusalError(f"more than {MAX_DEPTH} levels")
        elif first in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> JSONObject:
    value: JSONObject = {}
    for name, member in pairs:
        if name in value:
            raise _RefusalError(f"member {name[:40]!r} twice")
        value[name] = member
    return value


def _integer(text: str) -> int:
    # 2^53 - 1 has 16 digits; longer text is refused before it is turned into a number.
    if len(text) > 17 or abs(number := int(text)) > MAX_SAFE_INTEGER:
        raise _RefusalError("an integer beyond 2^53 - 1")
    return number


def _no_float(text: str) -> Never:
    raise _RefusalError(f"the number {text[:20]}, which is not a plain integer")


def _refuse_floats(value: object, depth: int) -> None:
    children: Iterable[object] = ()
    if isinstance(value, dict):
        children = value.values()
    elif isinstance(value, list | tuple):
        children = value
    elif not (value is None or isinstance(value, bool | int | str)):
        raise ValueError(f"expected null, boolean, integer or text, got {type(value).__name__}")
    else:
        return
    if depth == 0:
        raise ValueError(f"expected at most {MAX_DEPTH} levels of nesting, got more")
    for child in children:
        _refuse_floats(child, depth - 1)
