"""Telephone numbers in the form of ITU-T E.164."""

from collections.abc import Set as AbstractSet

import phonenumbers

from service.identity.phones.errors import PhoneCountryError, PhoneNumberError

_TEXTABLE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}
_MOST_CHARACTERS = 40


def clean_phone(text: str, *, region: str, allowed: AbstractSet[str] | None = None) -> str:
    """Return a mobile number such as ``+34612345678``.

    ``region`` (ISO 3166-1, ``ES``) is where a number without ``+`` is dialled; ``allowed`` are the
    regions that may be written to, all if None. Premium numbers and land lines are refused: the
    first cost money, the second receive nothing. Raises PhoneNumberError, PhoneCountryError,
    whose messages do not repeat the number.
    """
    if len(text) > _MOST_CHARACTERS:
        raise PhoneNumberError(f"expected at most {_MOST_CHARACTERS} characters, got {len(text)}")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        # The library's own message repeats what was typed.
        raise PhoneNumberError("expected a telephone number such as +34 612 345 678") from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneNumberError("expected a whole telephone number with its country, +34 …")
    if phonenumbers.number_type(number) not in _TEXTABLE:
        raise PhoneNumberError("expected a mobile number, which can receive text messages")
    country = phonenumbers.region_code_for_number(number)
    if allowed is not None and country not in allowed:
        raise PhoneCountryError(f"expected a number of {sorted(allowed)}, got {country}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
