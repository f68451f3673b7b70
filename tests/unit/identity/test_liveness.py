"""Head turns and matching, on faces whose measures are known."""

import pytest

from service.identity.faces.checker import FaceModel
from service.identity.faces.errors import (
    FlatPictureError,
    NoFaceError,
    NotTurnedError,
    OtherFaceError,
    SeveralFacesError,
)
from service.identity.faces.liveness import Pose, check_turns, pose_of
from service.identity.faces.matching import FaceDecision, document_face, judge_capture
from tests.unit.identity.known_faces import ANA, EVA, seen_face

POSES = (Pose.CENTRE, Pose.LEFT, Pose.RIGHT, Pose.LEFT)
LIVE = [seen_face(), seen_face(nose=0.65), seen_face(nose=0.34), seen_face(nose=0.7, width=54)]
MODEL = FaceModel()


def with_frame(number: int, **changes: float) -> list[object]:
    frames: list[object] = [[one] for one in LIVE]
    frames[number] = [seen_face(**changes)]  # type: ignore[arg-type]
    return frames


def test_a_pose_does_not_depend_on_the_pictures_rotation() -> None:
    upright = pose_of(seen_face(nose=0.65))
    face = seen_face(nose=0.65)

    def turned(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        return 0.8 * x - 0.6 * y, 0.6 * x + 0.8 * y

    rotated = type(face)(
        box=face.box,
        left_eye=(turned(face.left_eye[0]), turned(face.left_eye[1])),
        right_eye=(turned(face.right_eye[0]), turned(face.right_eye[1])),
        nose=turned(face.nose),
        descriptor=face.descriptor,
    )
    assert pose_of(rotated).nose == pytest.approx(upright.nose)
    assert pose_of(rotated).width == pytest.approx(upright.width)


def test_a_head_that_turns_as_asked_passes() -> None:
    reliefs = check_turns(POSES, LIVE)
    assert len(reliefs) == 3
    assert min(reliefs) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("number", "changes", "error"),
    [
        (0, {"nose": 0.64}, NotTurnedError),  # not straight ahead at first
        (1, {"nose": 0.5}, NotTurnedError),  # stood still
        (1, {"nose": 0.35}, NotTurnedError),  # the other way
        (1, {"nose": 0.65, "width": 48.0}, FlatPictureError),  # 0.15 moved, 0.2 narrower
        (3, {"nose": 0.7, "width": 40.0}, FlatPictureError),
    ],
)
def test_what_does_not_turn_as_asked_is_refused(
    number: int, changes: dict[str, float], error: type[Exception]
) -> None:
    with pytest.raises(error):
        judge_capture(
            MODEL,
            poses=POSES,
            frames=with_frame(number, **changes),  # type: ignore[arg-type]
            reference=seen_face(),
        )


@pytest.mark.parametrize(
    ("person", "decision"),
    [(ANA, "accept"), (ANA + 49, "accept"), (ANA + 51, "review"), (ANA + 59, "review")],
)
def test_the_frame_that_fits_least_decides(person: int, decision: str) -> None:
    scores = judge_capture(
        MODEL, poses=POSES, frames=[[one] for one in LIVE], reference=seen_face(person=person)
    )
    assert scores.decision == FaceDecision(decision)
    assert max(scores.distances) == pytest.approx((person - ANA) / 100)


def test_strangers_are_refused() -> None:
    frames = [[one] for one in LIVE]
    with pytest.raises(OtherFaceError):
        judge_capture(MODEL, poses=POSES, frames=frames, reference=seen_face(person=EVA))
    swapped = with_frame(2, nose=0.34, person=EVA)
    with pytest.raises(OtherFaceError, match="every frame"):
        judge_capture(MODEL, poses=POSES, frames=swapped, reference=seen_face())  # type: ignore[arg-type]


def test_exactly_one_face_is_wanted_in_every_frame() -> None:
    for found, error in (([], NoFaceError), ([LIVE[1], seen_face(person=EVA)], SeveralFacesError)):
        frames = [[LIVE[0]], found, [LIVE[2]], [LIVE[3]]]
        with pytest.raises(error):
            judge_capture(MODEL, poses=POSES, frames=frames, reference=seen_face())


def test_a_document_may_show_its_holder_twice_and_nobody_else() -> None:
    holder, ghost = seen_face(), seen_face(size=50)
    assert document_face(MODEL, [holder, ghost]) is holder
    for other in (seen_face(person=EVA, size=50), seen_face(size=90)):
        with pytest.raises(SeveralFacesError):
            document_face(MODEL, [holder, other])
    with pytest.raises(NoFaceError):
        document_face(MODEL, [])


def test_distances_by_angle() -> None:
    model = FaceModel(metric="cosine", accept_up_to=0.07, refuse_above=0.09)
    assert model.distance(seen_face(), seen_face(person=EVA)) == pytest.approx(0)
    with pytest.raises(ValueError, match="accept_up_to"):
        FaceModel(accept_up_to=0.7)
