"""Whether names as people write them are the names in a document's lines."""

import unicodedata

# ICAO 9303 part 3 §6 lets issuers choose: MÜLLER may stand as MUELLER, MULLER or MUXXLLER.
_SPELLED_OUT = (("NXX", "N"), ("UXX", "U"), ("AE", "A"), ("OE", "O"), ("UE", "U"), ("SS", "S"))
_LETTERS = str.maketrans(
    {"Æ": "AE", "Œ": "OE", "Ø": "O", "ẞ": "SS", "Þ": "TH", "Ð": "D", "Ł": "L", "Đ": "D", "Ŀ": "L"}
)


def names_agree(
    *,
    read_family: str,
    read_given: str,
    cut: bool,
    family: str,
    given: str,
) -> bool:
    """Return whether the names are those read, but for how they are transcribed.

    Hyphens, apostrophes, accents and capitals do not count. Where the lines had no room
    (``cut``), what they hold must begin the whole.
    """
    if not cut:
        return (_plain(family), _plain(given)) == (_plain(read_family), _plain(read_given))
    written, read = _plain(family + given), _plain(read_family + read_given)
    return (
        bool(read) and written.startswith(read) and _plain(read_family).startswith(_plain(family))
    )


def _plain(names: str) -> str:
    whole = unicodedata.normalize("NFKD", names.upper().translate(_LETTERS))
    letters = "".join(one for one in whole if "A" <= one <= "Z")
    for long, short in _SPELLED_OUT:
        letters = letters.replace(long, short)
    return letters
