"""The European Union's exchange of VAT registrations (VIES)."""

import hashlib

import httpx

from service.identity.companies.numbers import CompanyNumber
from service.identity.companies.registers import Answer, RegisterAnswer

_WITHHELD = "---"


class ViesRegister:
    """The CompanyRegister over VIES' REST interface: ``POST …/check-vat-number``.

    A member state that is away (``MS_UNAVAILABLE``) is unknown. So is a national tax number that
    VIES does not hold: not each company is registered for trade within the Union. Only of a number
    that was given as a VAT number does "not valid" mean no.
    """

    def __init__(
        self,
        *,
        base_url: str = "https://ec.europa.eu/taxation_customs/vies/rest-api",
        timeout_s: float = 15.0,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        """The register's name."""
        return "vies"

    def knows(self, number: CompanyNumber) -> bool:
        """Return whether it can be a VAT number of the Union."""
        return number.vat_number is not None

    def look_up(self, number: CompanyNumber) -> RegisterAnswer:
        """Ask about a VAT number."""
        vat = number.vat_number
        if vat is None:
            return self._unknown("other-kind")
        country, digits = vat
        try:
            response = httpx.post(
                f"{self._base_url}/check-vat-number",
                json={"countryCode": country, "vatNumber": digits},
                timeout=self._timeout_s,
            )
        except httpx.HTTPError as error:
            return self._unknown("timeout" if isinstance(error, httpx.TimeoutException) else "down")
        try:
            answer = response.json()
            if answer.get("actionSucceed") is False:
                words = [str(one.get("error")) for one in answer.get("errorWrappers", [])]
                return self._unknown((words or ["refused"])[0].lower()[:40])
            if response.status_code != httpx.codes.OK:
                return self._unknown(f"http-{response.status_code}")
            if (answer["countryCode"], answer["vatNumber"]) != (country, digits):
                return self._unknown("other-record")
            valid = answer["valid"]
            name = str(answer.get("name") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._unknown("unreadable")
        if valid is not True and valid is not False:
            return self._unknown("unreadable")
        absent = Answer.NO if number.kind == "eu-vat" else Answer.UNKNOWN
        outcome = Answer.YES if valid else absent
        return RegisterAnswer(
            register=self.name,
            answer=outcome,
            legal_name="" if name == _WITHHELD else name[:200],
            status="registered" if valid else "not-registered",
            reason="" if outcome is not Answer.UNKNOWN else "not-in-vies",
            reference=str(answer.get("requestIdentifier") or "")[:80],
            sha256=hashlib.sha256(response.content).hexdigest(),
        )

    def _unknown(self, reason: str) -> RegisterAnswer:
        return RegisterAnswer(register=self.name, answer=Answer.UNKNOWN, reason=reason)
