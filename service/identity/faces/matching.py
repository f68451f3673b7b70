"""From faces in pictures to a decision: the same living person, surely, perhaps, or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.identity.faces.checker import FaceModel, SeenFace
from service.identity.faces.errors import NoFaceError, OtherFaceError, SeveralFacesError
from service.identity.faces.liveness import Pose, check_turns

# Documents print their holder a second time, small and faint; a second person is as large.
_GHOST_WIDTH = 0.75


class FaceDecision(StrEnum):
    """What the program makes of a capture; it never refuses for ever, a person may try again."""

    ACCEPT = "accept"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True)
class FaceScores:
    """The decision and all it rests on.

    ``distances`` is one for each frame, to the face it was compared with; ``reliefs`` one for
    each turn of the head (``liveness``).
    """

    decision: FaceDecision
    poses: tuple[Pose, ...]
    distances: tuple[float, ...]
    reliefs: tuple[float, ...]


def only_face(faces: Sequence[SeenFace], *, frame: int) -> SeenFace:
    """Return the one face of a live frame; raises NoFaceError, SeveralFacesError."""
    if not faces:
        raise NoFaceError("expected a face in every frame, got none", frame=frame)
    if len(faces) > 1:
        raise SeveralFacesError(f"expected one face in every frame, got {len(faces)}", frame=frame)
    return faces[0]


def document_face(model: FaceModel, faces: Sequence[SeenFace]) -> SeenFace:
    """Return the holder's face of a document, ``faces`` being the largest first.

    Smaller ones of the same person are the document's own. Raises NoFaceError,
    SeveralFacesError.
    """
    if not faces:
        raise NoFaceError("expected the document's portrait, got no face")
    holder = faces[0]
    for other in faces[1:]:
        ghost = other.width <= _GHOST_WIDTH * holder.width
        if not ghost or model.distance(holder, other) > model.refuse_above:
            raise SeveralFacesError(
                "expected one person in the document's picture; show the document alone"
            )
    return holder


def judge_capture(
    model: FaceModel,
    *,
    poses: Sequence[Pose],
    frames: Sequence[Sequence[SeenFace]],
    reference: SeenFace,
) -> FaceScores:
    """Return the decision on a capture; ``reference`` is the face it is compared with.

    Every frame must hold one face, turned as asked, of one person throughout. The frame that
    fits the reference least decides. Raises a FaceCheckRefusedError subclass.
    """
    faces = [only_face(found, frame=number) for number, found in enumerate(frames)]
    reliefs = check_turns(poses, faces)
    for number, face in enumerate(faces):
        if model.distance(faces[0], face) > model.refuse_above:
            raise OtherFaceError("expected the same face in every frame", frame=number)
    distances = tuple(model.distance(reference, face) for face in faces)
    worst = max(distances)
    if worst > model.refuse_above:
        raise OtherFaceError(
            "expected the face it is compared with, got another", distance=f"{worst:.3f}"
        )
    return FaceScores(
        decision=FaceDecision.ACCEPT if worst <= model.accept_up_to else FaceDecision.REVIEW,
        poses=tuple(poses),
        distances=distances,
        reliefs=reliefs,
    )
