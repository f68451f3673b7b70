"""Which texts are e-mail addresses, and when two of them are the same mailbox."""

import re

from service.notices.errors import InvalidAddressError

_MAX_ADDRESS = 254  # RFC 5321 §4.5.3.1.3, less the two angle brackets
_MAX_LOCAL = 64  # RFC 5321 §4.5.3.1.1
# The dot-atom of RFC 5322 §3.2.3. Quoted local parts are valid too, but nobody types one, and
# they are how headers get broken.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def clean_address(text: str, *, single_label: bool = False) -> str:
    """Return the address to send to: trimmed, its domain in lower case and in ASCII (IDNA).

    The local part is left as typed, since only its own server may say that case is without
    meaning. A domain of one label (``localhost``) is accepted only with ``single_label``.
    Raises InvalidAddressError, whose message does not repeat the text.
    """
    address = text.strip()
    local, at, domain = address.rpartition("@")
    if not at or len(address) > _MAX_ADDRESS:
        raise InvalidAddressError(
            f"expected an e-mail address such as ana@example.org of at most {_MAX_ADDRESS} "
            f"characters, got {len(address)} characters; check for typing mistakes"
        )
    if len(local) > _MAX_LOCAL or not _LOCAL.fullmatch(local):
        raise InvalidAddressError(
            "expected letters, digits, dots and simple signs before the @; "
            "accents, spaces and quotes are not supported there"
        )
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        # The codec's own message would repeat what was typed.
        raise InvalidAddressError("expected a domain name after the @") from None
    labels = ascii_domain.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidAddressError("expected a domain name after the @, such as example.org")
    if len(labels) == 1 and not single_label:
        raise InvalidAddressError("expected a domain with a dot after the @, such as example.org")
    if labels[-1].isdigit():
        raise InvalidAddressError("expected a domain name after the @, got a numeric address")
    cleaned = f"{local}@{ascii_domain}"
    if len(cleaned) > _MAX_ADDRESS:
        raise InvalidAddressError(f"expected at most {_MAX_ADDRESS} characters once in ASCII")
    return cleaned


def address_key(text: str, *, single_label: bool = False) -> str:
    """Return the form under which two spellings of one mailbox are equal: all in lower case."""
    return clean_address(text, single_label=single_label).casefold()
