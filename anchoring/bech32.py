"""Bech32 (BIP 173), the spelling of age's keys: a readable prefix, data, and a checksum."""

from anchoring.errors import WrongLength

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK = 6


def decode_bech32(text: str, *, prefix: str) -> bytes:
    """Return the bytes that ``text`` spells under ``prefix``, all in one case.

    Raises WrongLength for another prefix, a letter outside the alphabet, a wrong checksum or
    padding. age's keys are longer than BIP 173 allows for addresses; its error detection still
    finds any few wrong letters.
    """
    if text not in (text.lower(), text.upper()):
        raise WrongLength("expected the key all in capitals or all in small letters")
    kind, _, spelled = text.lower().rpartition("1")
    if kind != prefix.lower():
        raise WrongLength(f"expected a key that begins {prefix.upper()}1, got another")
    if len(spelled) < _CHECK or any(letter not in _LETTERS for letter in spelled):
        raise WrongLength("expected only the letters and digits that a key is written in")
    words = [_LETTERS.index(letter) for letter in spelled]
    expanded = [ord(one) >> 5 for one in kind] + [0] + [ord(one) & 31 for one in kind]
    if _checksum(expanded + words) != 1:
        raise WrongLength("a letter of the key is wrong or missing: compare it with the paper")
    return _regroup(words[:-_CHECK])


def encode_bech32(data: bytes, *, prefix: str) -> str:
    """Return ``data`` as Bech32 under ``prefix``, in small letters."""
    bits = int.from_bytes(data)
    count = -(-len(data) * 8 // 5)
    bits <<= count * 5 - len(data) * 8
    words = [(bits >> (5 * (count - 1 - place))) & 31 for place in range(count)]
    expanded = [ord(one) >> 5 for one in prefix] + [0] + [ord(one) & 31 for one in prefix]
    check = _checksum(expanded + words + [0] * _CHECK) ^ 1
    words += [(check >> (5 * (_CHECK - 1 - place))) & 31 for place in range(_CHECK)]
    return f"{prefix}1" + "".join(_LETTERS[word] for word in words)


def _regroup(words: list[int]) -> bytes:
    bits = 0
    for word in words:
        bits = bits << 5 | word
    size, rest = divmod(len(words) * 5, 8)
    if rest >= 5 or bits & ((1 << rest) - 1):
        raise WrongLength("expected a key whose last letter carries no stray bits")
    return (bits >> rest).to_bytes(size)


def _checksum(words: list[int]) -> int:
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for place, step in enumerate(_GENERATOR):
            if top >> place & 1:
                check ^= step
    return check
