"""The register of legal entity identifiers (GLEIF, api.gleif.org)."""

import hashlib
from typing import Any

import httpx

from service.identity.companies.numbers import CompanyNumber
from service.identity.companies.registers import Answer, RegisterAnswer

_IN_FORCE = "ISSUED"


class GleifRegister:
    """The CompanyRegister over GLEIF's open API: ``GET /api/v1/lei-records/{LEI}``.

    Yes is an active entity whose registration is issued; a lapsed registration is unknown, since
    the company may well exist.
    """

    def __init__(self, *, base_url: str = "https://api.gleif.org", timeout_s: float = 10.0) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        """The register's name."""
        return "gleif"

    def knows(self, number: CompanyNumber) -> bool:
        """Return whether it is an LEI."""
        return number.kind == "lei"

    def look_up(self, number: CompanyNumber) -> RegisterAnswer:
        """Ask about an LEI."""
        try:
            response = httpx.get(
                f"{self._base_url}/api/v1/lei-records/{number.number}",
                headers={"Accept": "application/vnd.api+json"},
                timeout=self._timeout_s,
            )
        except httpx.HTTPError as error:
            return self._unknown("timeout" if isinstance(error, httpx.TimeoutException) else "down")
        if response.status_code == httpx.codes.NOT_FOUND:
            return RegisterAnswer(register=self.name, answer=Answer.NO, status="not-found")
        if response.status_code != httpx.codes.OK:
            return self._unknown(f"http-{response.status_code}")
        try:
            attributes = response.json()["data"]["attributes"]
            if attributes["lei"] != number.number:
                return self._unknown("other-record")
            return self._read(attributes, response.content)
        except (ValueError, KeyError, TypeError):
            return self._unknown("unreadable")

    def _read(self, attributes: dict[str, Any], content: bytes) -> RegisterAnswer:
        entity, registration = attributes["entity"], attributes["registration"]
        active = entity["status"] == "ACTIVE"
        issued = registration["status"] == _IN_FORCE
        answer = Answer.UNKNOWN
        if active and issued:
            answer = Answer.YES
        elif entity["status"] == "INACTIVE":
            answer = Answer.NO
        return RegisterAnswer(
            register=self.name,
            answer=answer,
            legal_name=str(entity["legalName"]["name"])[:200],
            status=f"{entity['status']}/{registration['status']}".lower()[:60],
            reason="" if answer is not Answer.UNKNOWN else "registration-lapsed",
            reference=str(entity.get("registeredAs") or "")[:80],
            sha256=hashlib.sha256(content).hexdigest(),
        )

    def _unknown(self, reason: str) -> RegisterAnswer:
        return RegisterAnswer(register=self.name, answer=Answer.UNKNOWN, reason=reason)
