"""A platform's keys, made once, and a short way to a prepared, signed or sealed PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anchoring.cms_attributes import SealBinding
from anchoring.hashing import sha256
from anchoring.locator import Locator
from service.signing import (
    Appearance,
    FieldParty,
    PlatformKeys,
    SealedPdf,
    check_sealed,
    inspect_pdf,
    issue_signer,
    new_page_code,
    party_field,
    prepare_pdf,
    seal_pdf,
    sign_field,
)
from tests.parts import ManualClock, fresh_keyring

LOCATOR = Locator(
    origin="acta.example/log",
    log_id=bytes(32),
    chain_id=31337,
    contract=bytes(20),
    doc_salt=bytes(range(32)),
)
BINDING = SealBinding(parties_root=bytes(32), transcript=b"t" * 32, statements=7, search_from=41)
NAMES = (
    "Ana García López",
    "Benjamín Núñez de la Cruz y Fernández-Valdés",
    "Zoë Ångström",
    "Li",
    "Ἀριστοτέλης Σταγειρίτης",
    "Juan",
    "María del Pilar Ortiz",
    "Иван Петров",
    "O'Neill #set",
    "Compañía de Obras, S. L.",
)


def statement_of(party: int) -> bytes:
    """Return the statement hash that a party's signature carries in these tests."""
    return sha256(f"statement {party}".encode())


@dataclass
class Studio:
    """Prepares, signs and seals with one platform's keys, at its clock's time."""

    keys: PlatformKeys
    clock: ManualClock

    def prepare(self, document: bytes, *, parties: int = 2, lang: str = "es") -> bytes:
        return prepare_pdf(
            document,
            locator=LOCATOR,
            page_codes=[new_page_code() for _ in range(inspect_pdf(document).pages)],
            code_base_url="https://acta.example",
            parties=[
                FieldParty(party=number, name=NAMES[number - 1], role="signer")
                for number in range(1, parties + 1)
            ],
            lang=lang,
            title="Contrato de arrendamiento de vivienda",
        )

    def sign(
        self, pdf: bytes, party: int, *, drawn_png: bytes | None = None, lang: str = "es"
    ) -> bytes:
        now = self.clock.now()
        return sign_field(
            pdf,
            field=party_field(party),
            signer=issue_signer(self.keys, subject=f"opaque-{party}", now=now),
            statement_sha256=statement_of(party),
            appearance=Appearance(
                name=NAMES[party - 1],
                signed_at=now,
                drawn_png=drawn_png,
                code=new_page_code(),
                lang=lang,
            ),
            keys=self.keys,
            clock=self.clock,
        )

    def seal(self, pdf: bytes) -> SealedPdf:
        return seal_pdf(pdf, binding=BINDING, keys=self.keys, clock=self.clock, lang="es")

    def whole(self, document: bytes, *, parties: int = 2) -> SealedPdf:
        pdf = self.prepare(document, parties=parties)
        for party in range(1, parties + 1):
            pdf = self.sign(pdf, party)
        return self.seal(pdf)

    def check(self, pdf: bytes, statements: Mapping[str, bytes] | None = None) -> None:
        check_sealed(pdf, self.keys, binding=BINDING, clock=self.clock, statements=statements)


@pytest.fixture(scope="session")
def platform_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keyring of a platform that was set up last week."""
    folder = tmp_path_factory.mktemp("platform")
    keys_at(folder, ManualClock(datetime.now(UTC) - timedelta(days=7)))
    return folder


def keys_at(folder: Path, clock: ManualClock) -> PlatformKeys:
    """Return the platform's keys under another clock."""
    return PlatformKeys.load_or_create(fresh_keyring(folder), name="Acta de prueba", clock=clock)


@pytest.fixture
def studio(platform_folder: Path) -> Studio:
    """A studio whose clock shows the present time, for judges that know no other."""
    clock = ManualClock(datetime.now(UTC))
    return Studio(keys=keys_at(platform_folder, clock), clock=clock)
