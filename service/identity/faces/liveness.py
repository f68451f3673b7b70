"""Whether frames show one live head that turned as it was asked.

An active challenge: it deters still photographs, flat or tilted. It does not stop a recording
that happens to fit, a computed face or a camera made of software, and is not ISO/IEC 30107-3.

A flat picture that is tilted becomes narrower as fast as its nose seems to move off the middle; a
real head's nose stands out, so it moves sooner. Measured with dlib's five points on two portraits,
tilted flat by 30–60° at two short distances and turned in relief by 20–30°: movement ÷ narrowing
was at most 0.84 for the flat pictures and at least 1.28 for the reliefs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.identity.faces.checker import SeenFace
from service.identity.faces.errors import FlatPictureError, NotTurnedError

_LEAST_MOVEMENT = 0.09
_LEAST_RELIEF = 1.0
_CENTRE = (0.40, 0.60)


class Pose(StrEnum):
    """Where the head is asked to look; left and right are the person's own."""

    CENTRE = "centre"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, kw_only=True)
class HeadPose:
    """Where the nose stands between the eyes (0 the picture's left eye, 1 the right), and how wide
    the eyes are apart for the nose's depth below them.
    """

    nose: float
    width: float


def pose_of(face: SeenFace) -> HeadPose:
    """Return the pose of a face, whatever its size and however it is rotated in the picture."""
    left, right = _middle(face.left_eye), _middle(face.right_eye)
    across = (right[0] - left[0], right[1] - left[1])
    length = math.hypot(*across)
    if length == 0:
        raise NotTurnedError("expected two eyes, got them in one place; more light may help")
    unit = (across[0] / length, across[1] / length)
    nose = (face.nose[0] - left[0], face.nose[1] - left[1])
    along = nose[0] * unit[0] + nose[1] * unit[1]
    below = abs(nose[1] * unit[0] - nose[0] * unit[1])
    return HeadPose(nose=along / length, width=length / max(below, 1.0))


def check_turns(poses: Sequence[Pose], faces: Sequence[SeenFace]) -> tuple[float, ...]:
    """Return each turn's relief (movement ÷ narrowing), if every frame shows what was asked.

    The first frame looks straight ahead, and the others are compared with it. Raises
    NotTurnedError, FlatPictureError.
    """
    if len(poses) != len(faces) or not poses or poses[0] is not Pose.CENTRE:
        raise ValueError("expected a face for each pose, the first one looking straight ahead")
    straight = pose_of(faces[0])
    if not _CENTRE[0] <= straight.nose <= _CENTRE[1]:
        raise NotTurnedError("expected the first frame to look straight ahead", frame=0)
    reliefs = []
    for number, (wanted, face) in enumerate(zip(poses[1:], faces[1:], strict=True), start=1):
        turned = pose_of(face)
        # Unmirrored, the person's left is the picture's right.
        movement = turned.nose - straight.nose
        if wanted is Pose.CENTRE:
            if abs(movement) >= _LEAST_MOVEMENT:
                raise NotTurnedError("expected the head straight ahead again", frame=number)
            continue
        if (movement if wanted is Pose.LEFT else -movement) < _LEAST_MOVEMENT:
            raise NotTurnedError(f"expected the head turned to the {wanted}", frame=number)
        narrowing = 1 - turned.width / straight.width
        relief = abs(movement) / max(narrowing, 0.01)
        if relief < _LEAST_RELIEF:
            raise FlatPictureError("expected a head, got what turns like a flat picture")
        reliefs.append(relief)
    return tuple(reliefs)


def _middle(corners: tuple[tuple[float, float], tuple[float, float]]) -> tuple[float, float]:
    (x1, y1), (x2, y2) = corners
    return (x1 + x2) / 2, (y1 + y2) / 2
