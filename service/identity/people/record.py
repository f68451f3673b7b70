"""What is known of a person, as it is kept, and as a statement says it without saying it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from service.identity.documents.mrz import Mrz
from service.identity.documents.names import names_agree
from service.identity.documents.national_numbers import NationalNumber, national_number_of
from service.identity.faces.checker import FaceModel, SeenFace
from service.identity.faces.matching import FaceScores
from service.identity.statements import Disclose

ASSURANCE = "document-face"
"""What the verdict prints of a person identified by document and live face."""
LIMITS = "deters still photographs; does not stop replay, computed faces or virtual cameras"
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class TypedDocument:
    """What a person types of a document that no program reads; ``issuer`` is an ICAO code."""

    issuer: str
    number: str
    family_names: str
    given_names: str
    birth: date
    expiry: date | None


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """A person's own data; dates are ISO 8601, hashes hex.

    The names are as the person confirmed them, ``read_*`` as the document's lines hold them.
    ``face`` is what later faces are compared with.
    """

    document_format: str
    document_code: str
    issuer: str
    document_number: str
    nationality: str
    birth: str | None
    sex: str
    expiry: str | None
    read_family_names: str
    read_given_names: str
    names_cut: bool
    read_number: str
    repaired: int
    reader: str
    document_sha256: tuple[str, ...]
    family_names: str = ""
    given_names: str = ""
    number_kind: str = ""
    number: str = ""
    number_country: str = ""
    number_checked: bool = False
    number_in_document: bool = False
    frame_sha256: tuple[str, ...] = ()
    face: SeenFace | None = None

    @classmethod
    def of_document(
        cls, mrz: Mrz, *, reader: str, document_sha256: tuple[bytes, ...], face: SeenFace
    ) -> "PersonRecord":
        """Return the record that begins with a document."""
        number = national_number_of(mrz)
        return cls(
            document_format=mrz.format,
            document_code=mrz.document_code,
            issuer=mrz.issuer,
            document_number=mrz.number,
            nationality=mrz.nationality,
            birth=None if mrz.birth is None else mrz.birth.isoformat(),
            sex=mrz.sex,
            expiry=None if mrz.expiry is None else mrz.expiry.isoformat(),
            read_family_names=mrz.family_names,
            read_given_names=mrz.given_names,
            names_cut=mrz.names_cut,
            read_number="" if number is None else number.number,
            repaired=mrz.repaired,
            reader=reader,
            document_sha256=tuple(one.hex() for one in document_sha256),
            face=face,
        )

    @classmethod
    def of_typed(
        cls, typed: TypedDocument, *, document_sha256: tuple[bytes, ...], face: SeenFace
    ) -> "PersonRecord":
        """Return the record that begins with what the person typed, which a reviewer checks."""
        return cls(
            document_format="typed",
            document_code="",
            issuer=typed.issuer,
            document_number=typed.number,
            nationality="",
            birth=typed.birth.isoformat(),
            sex="",
            expiry=None if typed.expiry is None else typed.expiry.isoformat(),
            read_family_names=typed.family_names,
            read_given_names=typed.given_names,
            names_cut=False,
            read_number="",
            repaired=0,
            reader="the person",
            document_sha256=tuple(one.hex() for one in document_sha256),
            face=face,
        )

    def confirmed(
        self, *, family_names: str, given_names: str, number: NationalNumber
    ) -> "PersonRecord":
        """Return the record with what the person confirmed."""
        return replace(
            self,
            family_names=family_names,
            given_names=given_names,
            number_kind=number.kind,
            number=number.number,
            number_country=number.country,
            number_checked=number.checked,
            number_in_document=number.number in {self.read_number, self.document_number},
        )

    @property
    def names_agree(self) -> bool:
        """Whether the confirmed names are those of the document's lines."""
        return names_agree(
            read_family=self.read_family_names,
            read_given=self.read_given_names,
            cut=self.names_cut,
            family=self.family_names,
            given=self.given_names,
        )

    def seen(self, face: SeenFace, frame_sha256: tuple[bytes, ...]) -> "PersonRecord":
        """Return the record with the live face in the place of the document's."""
        return replace(self, face=face, frame_sha256=tuple(one.hex() for one in frame_sha256))

    def to_bytes(self) -> bytes:
        """Return what is to be encrypted."""
        return json.dumps({"version": _VERSION, **asdict(self)}).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "PersonRecord":
        """Return the record of which ``to_bytes`` made ``content``."""
        fields = json.loads(content)
        if fields.pop("version") != _VERSION:
            raise ValueError(f"expected a record of version {_VERSION}")
        face = fields.pop("face")
        for name in ("document_sha256", "frame_sha256"):
            fields[name] = tuple(fields[name])
        return cls(**fields, face=None if face is None else _face(face))

    def __repr__(self) -> str:
        return f"PersonRecord(issuer={self.issuer!r}, document_format={self.document_format!r})"


def identified_body(
    record: PersonRecord,
    *,
    scores: Mapping[str, Any],
    decided_by: str,
    disclose: Disclose,
) -> dict[str, Any]:
    """Return the body of an ``identified`` statement: method, scores, model and hashes in clear,
    every personal value as a salted digest.

    ``decided_by`` is ``program`` or ``reviewer``. Decimals are texts, since statements hold none.
    """
    personal = {
        "familyNames": record.family_names,
        "givenNames": record.given_names,
        "birthDate": record.birth or "",
        "nationality": record.nationality,
        "documentNumber": record.document_number,
        "documentExpiry": record.expiry or "",
        "nationalNumber": record.number,
        # Of pictures that are personal, so their hashes are too.
        "documentPictures": " ".join(record.document_sha256),
        "facePictures": " ".join(record.frame_sha256),
    }
    return {
        "method": ASSURANCE,
        "assurance": ASSURANCE,
        "decidedBy": decided_by,
        "document": {
            "format": record.document_format,
            "issuer": record.issuer,
            "reader": record.reader,
            "repaired": record.repaired,
            "numberKind": record.number_kind,
            "numberChecked": record.number_checked,
            "numberInDocument": record.number_in_document,
        },
        "face": {**scores, "limits": LIMITS},
        "sd": {claim: disclose(claim, value) for claim, value in personal.items()},
    }


def scores_body(model: FaceModel, scores: FaceScores) -> dict[str, Any]:
    """Return a face check's numbers as statements and the review desk show them."""
    return {
        "library": model.library,
        "model": model.name,
        "weights": dict(model.weights),
        "metric": model.metric,
        "acceptUpTo": f"{model.accept_up_to:.3f}",
        "refuseAbove": f"{model.refuse_above:.3f}",
        "decision": scores.decision,
        "challenge": "head-turns",
        "poses": [str(pose) for pose in scores.poses],
        "distances": [f"{distance:.3f}" for distance in scores.distances],
        "reliefs": [f"{min(relief, 99.0):.2f}" for relief in scores.reliefs],
    }


def _face(fields: Mapping[str, Any]) -> SeenFace:
    return SeenFace(
        box=tuple(fields["box"]),
        right_eye=_eye(fields["right_eye"]),
        left_eye=_eye(fields["left_eye"]),
        nose=(fields["nose"][0], fields["nose"][1]),
        descriptor=tuple(fields["descriptor"]),
    )


def _eye(corners: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    (x1, y1), (x2, y2) = corners
    return (x1, y1), (x2, y2)
