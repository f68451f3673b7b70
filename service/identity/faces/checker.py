"""The port that finds faces in a picture and describes them."""

import math
from dataclasses import dataclass
from typing import Literal, Protocol

from service.identity.pictures.cleaning import Pixels

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class FaceModel:
    """Which model compares faces, how, and from which distances on it is sure.

    At most ``accept_up_to`` the faces are taken for one person's; above ``refuse_above`` for two
    people's; between them a person decides. The defaults are for dlib's network, whose own
    threshold is 0.6: genuine pairs of the few portraits measured lie at 0.09–0.39 and impostors
    at 0.57–0.71, far too few to quote error rates.
    """

    library: str = "deepface 0.0.103"
    name: str = "Dlib"
    metric: Literal["euclidean", "cosine"] = "euclidean"
    accept_up_to: float = 0.50
    refuse_above: float = 0.60
    # File name and SHA-256 (hex) of every file the model is made of.
    weights: tuple[tuple[str, str], ...] = (
        (
            "dlib_face_recognition_resnet_model_v1.dat",
            "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
        ),
        (
            "shape_predictor_5_face_landmarks.dat",
            "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
        ),
    )

    def __post_init__(self) -> None:
        if not 0 < self.accept_up_to <= self.refuse_above:
            raise ValueError(
                f"expected 0 < accept_up_to <= refuse_above, got {self.accept_up_to} "
                f"and {self.refuse_above}"
            )

    def distance(self, one: "SeenFace", other: "SeenFace") -> float:
        """Return how far two faces are apart; 0 is the same picture."""
        if self.metric == "euclidean":
            return math.dist(one.descriptor, other.descriptor)
        product = sum(a * b for a, b in zip(one.descriptor, other.descriptor, strict=True))
        return 1 - product / (math.hypot(*one.descriptor) * math.hypot(*other.descriptor))


@dataclass(frozen=True, kw_only=True)
class SeenFace:
    """One face in a picture, in pixels from its upper left corner.

    ``box`` is left, top, right, bottom. The points are the outer and inner corner of the eye at
    the picture's right, of that at its left, and the base of the nose. ``descriptor`` is what the
    model makes of the face: biometric data, to be compared and forgotten.
    """

    box: tuple[float, float, float, float]
    right_eye: tuple[Point, Point]
    left_eye: tuple[Point, Point]
    nose: Point
    descriptor: tuple[float, ...]

    @property
    def width(self) -> float:
        """How wide the face is, in pixels."""
        return self.box[2] - self.box[0]

    def __repr__(self) -> str:
        return f"SeenFace(box={self.box!r})"


class FaceChecker(Protocol):
    """Finds and describes faces.

    Determinism: the same pixels give the same faces. Durability: nothing is kept. Concurrency:
    any number of threads may call it; it blocks, for at most its own time-outs, so it is not for
    an event loop's thread. Retries: none. Errors: FaceCheckerBusyError, FaceCheckerFailedError,
    FaceWeightsError; no face is an empty answer and no error.
    """

    @property
    def model(self) -> FaceModel:
        """What compares the faces."""
        ...

    def find_faces(self, pixels: Pixels) -> tuple[SeenFace, ...]:
        """Return every face in the picture, the largest first."""
        ...
