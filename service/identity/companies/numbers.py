"""Registered numbers of companies: their form and check digits, by python-stdnum."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from service.identity.companies.errors import CompanyNumberError

# Kind → country (ISO 3166-1; empty: international), module of python-stdnum.
_KINDS: dict[str, tuple[str, str]] = {
    "es-nif": ("ES", "es.cif"),
    "eu-vat": ("", "eu.vat"),
    "lei": ("", "lei"),
    "ar-cuit": ("AR", "ar.cuit"),
    "br-cnpj": ("BR", "br.cnpj"),
    "cl-rut": ("CL", "cl.rut"),
    "cn-uscc": ("CN", "cn.uscc"),
    "co-nit": ("CO", "co.nit"),
    "de-hrb": ("DE", "de.handelsregisternummer"),
    "ec-ruc": ("EC", "ec.ruc"),
    "fr-siren": ("FR", "fr.siren"),
    "gb-vat": ("GB", "gb.vat"),
    "it-iva": ("IT", "it.iva"),
    "mx-rfc": ("MX", "mx.rfc"),
    "pe-ruc": ("PE", "pe.ruc"),
    "pt-nif": ("PT", "pt.nif"),
    "uy-rut": ("UY", "uy.rut"),
}
KINDS = tuple(_KINDS)


@dataclass(frozen=True, kw_only=True)
class CompanyNumber:
    """A number whose check digits fit; ``number`` is without spaces and marks."""

    kind: str
    country: str
    number: str

    @property
    def vat_number(self) -> tuple[str, str] | None:
        """The country and number by which VIES knows it, None if this is no VAT number."""
        if self.kind == "eu-vat":
            return self.number[:2], self.number[2:]
        if self.kind in {"es-nif", "it-iva", "pt-nif"}:
            return self.country, self.number
        return None


def check_company_number(kind: str, text: str) -> CompanyNumber:
    """Return the number of that kind; raises CompanyNumberError, which does not repeat it."""
    rule = _KINDS.get(kind)
    if rule is None:
        raise CompanyNumberError(f"expected a kind of {', '.join(KINDS)}")
    country, name = rule
    module: Any = import_module(f"stdnum.{name}")
    if len(text) > 60 or not module.is_valid(text):
        raise CompanyNumberError("expected a valid number; look for a wrong or missing character")
    number = str(module.compact(text)).upper()
    return CompanyNumber(
        kind=kind, country=country or number[:2].strip("0123456789"), number=number
    )
