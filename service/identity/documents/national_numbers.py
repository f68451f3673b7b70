"""National numbers of people: their form and check letters, by python-stdnum."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from service.identity.documents.errors import NationalNumberError
from service.identity.documents.mrz import Mrz

# By the issuer's code in documents (ICAO 9303 part 3 §5): what the number is called there, and
# the modules of python-stdnum that know it, in the order in which they are tried.
_NUMBERS: dict[str, tuple[tuple[str, str], ...]] = {
    "ESP": (("NIF", "es.dni"), ("NIE", "es.nie")),
    "PRT": (("CC", "pt.cc"), ("NIF", "pt.nif")),
    "FRA": (("NIR", "fr.nir"),),
    "ITA": (("CF", "it.codicefiscale"),),
    "D": (("IdNr", "de.idnr"),),
    "BEL": (("RN", "be.nn"),),
    "NLD": (("BSN", "nl.bsn"),),
    "POL": (("PESEL", "pl.pesel"),),
    "ROU": (("CNP", "ro.cnp"),),
    "BGR": (("EGN", "bg.egn"),),
    "EST": (("IK", "ee.ik"),),
    "LTU": (("AK", "lt.asmens"),),
    "LVA": (("PK", "lv.pvn"),),
    "SWE": (("PNR", "se.personnummer"),),
    "FIN": (("HETU", "fi.hetu"),),
    "DNK": (("CPR", "dk.cpr"),),
    "TUR": (("TCKN", "tr.tckimlik"),),
    "ARG": (("DNI", "ar.dni"), ("CUIT", "ar.cuit")),
    "BRA": (("CPF", "br.cpf"),),
    "CHL": (("RUT", "cl.rut"),),
    "COL": (("NIT", "co.nit"),),
    "DOM": (("Cédula", "do.cedula"),),
    "ECU": (("CI", "ec.ci"),),
    "MEX": (("CURP", "mx.curp"), ("RFC", "mx.rfc")),
    "PER": (("CUI", "pe.cui"), ("RUC", "pe.ruc")),
    "PRY": (("RUC", "py.ruc"),),
    "URY": (("RUT", "uy.rut"),),
    "CHN": (("RIC", "cn.ric"),),
}


@dataclass(frozen=True, kw_only=True)
class NationalNumber:
    """A number as its country writes it without spaces.

    ``kind`` is its name there; ``checked`` is False where the country's rule is not known, so
    that the number is only what was read or typed.
    """

    country: str
    kind: str
    number: str
    checked: bool


def check_national_number(country: str, text: str) -> NationalNumber:
    """Return the number as typed for ``country`` (``ESP``).

    Raises NationalNumberError, which does not repeat it, where the rule is known and not met.
    """
    if not 2 <= len(text.strip()) <= 40:
        raise NationalNumberError("expected a number of 2 to 40 characters")
    rules = _NUMBERS.get(country, ())
    for kind, module in rules:
        # Dots between thousands are how people write these, and no part of any.
        number = _valid(module, text.replace(".", ""))
        if number is not None:
            return NationalNumber(country=country, kind=kind, number=number, checked=True)
    if rules:
        kinds = " or ".join(kind for kind, _ in rules)
        raise NationalNumberError(
            f"expected a valid {kinds}; look for a wrong or missing character", kind=kinds
        )
    compact = "".join(text.upper().split())
    return NationalNumber(country=country, kind="number", number=compact, checked=False)


def national_number_of(mrz: Mrz) -> NationalNumber | None:
    """Return the number that the issuer put into the lines, None if there is none that is valid.

    Looked for in the issuer's own fields, and then as the document's own number.
    """
    for text in (*mrz.optional, mrz.number):
        for kind, module in _NUMBERS.get(mrz.issuer, ()):
            number = _valid(module, text) if text else None
            if number is not None:
                return NationalNumber(country=mrz.issuer, kind=kind, number=number, checked=True)
    return None


def _valid(module: str, text: str) -> str | None:
    rule: Any = import_module(f"stdnum.{module}")
    if not rule.is_valid(text):
        return None
    number: str = rule.compact(text)
    return number.upper()
