"""Faces and documents that are known beforehand, behind the ports: no model, no recognition."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from PIL import Image

from service.identity.documents.errors import DocumentReaderMissingError, MrzNotFoundError
from service.identity.documents.mrz import Mrz, parse_mrz
from service.identity.faces.checker import FaceChecker, FaceModel, SeenFace
from service.identity.faces.liveness import Pose
from service.identity.pictures.cleaning import Pixels
from service.identity.pictures.gate import SoundPicture
from tests.id_documents import Holder, card_lines

_NOSE = {Pose.CENTRE: 0.5, Pose.LEFT: 0.68, Pose.RIGHT: 0.32}
_LEVELS = {Pose.CENTRE: 40, Pose.LEFT: 120, Pose.RIGHT: 200}
ANA, COUSIN, EVA = 60, 115, 170
"""People, by how red their pictures are; the distance of two is theirs ÷ 100."""
NOBODY, COUPLE, FLAT = 10, 240, 210


def seen_face(
    *, nose: float = 0.5, width: float = 60.0, person: int = ANA, size: float = 100.0
) -> SeenFace:
    """Return a face whose nose stands at ``nose`` between eyes that are ``width`` apart."""
    left, right, eyes = 100.0, 100.0 + width, 100.0
    return SeenFace(
        box=(80, 80, 80 + size, 180),
        left_eye=((left - 8, eyes), (left + 8, eyes)),
        right_eye=((right + 8, eyes), (right - 8, eyes)),
        nose=(left + nose * width, eyes + 45),
        descriptor=(person / 100, 0.0),
    )


def face_picture(person: int, pose: Pose = Pose.CENTRE, *, salt: int = 0) -> bytes:
    """Return a picture that ``KnownFaces`` reads; another ``salt`` is another moment."""
    pixels = np.full((240, 240, 3), (person, _LEVELS[pose], 90), dtype=np.uint8)
    grain = np.random.default_rng([person, salt, _LEVELS[pose]]).integers(0, 9, (240, 240, 1))
    out = io.BytesIO()
    Image.fromarray(pixels + grain.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


class KnownFaces(FaceChecker):
    """A FaceChecker that reads person and pose from a picture's mean colour."""

    def __init__(self) -> None:
        self._model = FaceModel(name="known", library="tests", weights=())

    @property
    def model(self) -> FaceModel:
        return self._model

    def find_faces(self, pixels: Pixels) -> tuple[SeenFace, ...]:
        red, green, _ = np.frombuffer(pixels.rgb, np.uint8).reshape(-1, 3).mean(axis=0)
        pose = min(_LEVELS, key=lambda one: abs(_LEVELS[one] + 4 - green))
        person = min((ANA, COUSIN, EVA, NOBODY, COUPLE, FLAT), key=lambda one: abs(one + 4 - red))
        if person == NOBODY:
            return ()
        if person == COUPLE:
            return seen_face(), seen_face(person=EVA)
        if person == FLAT:
            narrow = 60.0 if pose is Pose.CENTRE else 42.0
            return (seen_face(nose=_NOSE[pose], width=narrow),)
        return (seen_face(nose=_NOSE[pose], person=person),)


@dataclass
class KnownDocuments:
    """A DocumentReader that reads one holder's card off every picture that is not a blank."""

    holder: Holder = field(default_factory=Holder)
    name: str = "known documents"
    unreadable: Sequence[bytes] = ()
    missing: bool = False

    def read(self, picture: SoundPicture, *, today: date) -> Mrz:
        if self.missing:
            raise DocumentReaderMissingError("no recognition on this machine")
        if picture.data in self.unreadable:
            raise MrzNotFoundError("no lines on this side")
        return parse_mrz(card_lines(self.holder), today=today)
