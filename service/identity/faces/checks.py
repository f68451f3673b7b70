"""Live face checks: a challenge is given, frames come back, and are judged once."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database
from service.identity.faces.checker import FaceChecker, FaceModel, SeenFace
from service.identity.faces.errors import ChallengeOverError, ReplayedCaptureError
from service.identity.faces.liveness import Pose
from service.identity.faces.matching import FaceScores, document_face, judge_capture
from service.identity.faces.models import FaceChallenge, SeenFrame
from service.identity.pictures.cleaning import CleanPicture, Pixels, clean_pictures
from service.identity.tokens import new_token, token_hash
from service.keyring import Keyring

FRAME_PX = 640
"""Longest side of a live frame: larger ones take several times as long and match no better."""
_LIFETIME = timedelta(minutes=2)
# A recording that is sent again after this long has met thousands of other challenges.
_FRAMES_REMEMBERED = timedelta(days=90)
_PURPOSE = re.compile(r"[a-z][a-z-]{2,39}")
# Not three times the same side: one held pose would answer that.
_TURNS = [
    (Pose.LEFT, Pose.LEFT, Pose.RIGHT),
    (Pose.LEFT, Pose.RIGHT, Pose.LEFT),
    (Pose.LEFT, Pose.RIGHT, Pose.RIGHT),
    (Pose.RIGHT, Pose.LEFT, Pose.LEFT),
    (Pose.RIGHT, Pose.LEFT, Pose.RIGHT),
    (Pose.RIGHT, Pose.RIGHT, Pose.LEFT),
]


@dataclass(frozen=True, kw_only=True)
class HeadTurns:
    """A challenge as its reader needs it: the token to send back, and where to look in turn."""

    token: str
    poses: tuple[Pose, ...]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class CheckedCapture:
    """A capture that was not refused: its scores, the frames as they were redrawn, and the face
    that looked straight ahead.
    """

    scores: FaceScores
    face: SeenFace
    frames: tuple[CleanPicture, ...]
    checked_at: datetime


class FaceChecks:
    """Gives head-turn challenges, each used once, and judges what comes back.

    A challenge deters still photographs. It does not stop a fitting recording, a computed face or
    a camera made of software.
    """

    def __init__(
        self, *, database: Database, keyring: Keyring, clock: Clock, checker: FaceChecker
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._checker = checker

    @property
    def model(self) -> FaceModel:
        """What compares the faces."""
        return self._checker.model

    def new_challenge(self, session: Session, *, purpose: str, subject: str) -> HeadTurns:
        """Return a challenge that lives two minutes.

        ``purpose`` (``identify``, ``signing``) and ``subject`` (the identification, or the hash
        of the statement to be signed) must be named again when the frames come back.
        """
        if not _PURPOSE.fullmatch(purpose) or not 1 <= len(subject) <= 200:
            raise ValueError("expected a purpose such as identify and a subject of 1–200")
        token = new_token()
        hashed = token_hash(token)
        now = self._clock.now()
        session.add(
            FaceChallenge(
                token_hash=hashed,
                purpose=purpose,
                subject=subject,
                created_at=now,
                expires_at=now + _LIFETIME,
            )
        )
        return HeadTurns(token=token, poses=self._poses(hashed), expires_at=now + _LIFETIME)

    def find_document_face(self, pixels: Pixels) -> SeenFace:
        """Return the holder's face; raises NoFaceError, SeveralFacesError."""
        return document_face(self.model, self._checker.find_faces(pixels))

    def check(
        self,
        token: str,
        uploads: Sequence[bytes],
        *,
        purpose: str,
        subject: str,
        reference: SeenFace,
    ) -> CheckedCapture:
        """Judge the frames that answer a challenge, one for each pose, in order.

        The challenge is used up whatever comes of it. Works in transactions of its own, and for
        seconds: not to be called inside another one, nor on an event loop's thread. Raises a
        FaceCheckRefusedError or PictureRefusedError subclass, FaceCheckerBusyError,
        FaceCheckerFailedError.
        """
        poses = self._use_up(token, purpose=purpose, subject=subject)
        if len(uploads) != len(poses):
            raise ChallengeOverError(f"expected {len(poses)} frames, got {len(uploads)}")
        frames = clean_pictures(uploads, kept_px=FRAME_PX, pixels_px=FRAME_PX)
        self._refuse_replayed(frames)
        with ThreadPoolExecutor(max_workers=len(frames)) as pool:
            faces = list(pool.map(self._checker.find_faces, [one.pixels for one in frames]))
        scores = judge_capture(self.model, poses=poses, frames=faces, reference=reference)
        return CheckedCapture(
            scores=scores, face=faces[0][0], frames=frames, checked_at=self._clock.now()
        )

    def forget_old(self, session: Session) -> None:
        """Delete challenges of over a day ago, and frames that were seen 90 days ago."""
        now = self._clock.now()
        session.execute(
            delete(FaceChallenge).where(FaceChallenge.created_at < now - timedelta(days=1))
        )
        session.execute(delete(SeenFrame).where(SeenFrame.seen_at < now - _FRAMES_REMEMBERED))

    def _use_up(self, token: str, *, purpose: str, subject: str) -> tuple[Pose, ...]:
        hashed = token_hash(token)
        with self._database.transaction() as session:
            row = session.get(FaceChallenge, hashed, with_for_update=True)
            now = self._clock.now()
            if row is not None and row.used_at is None:
                fits = (row.purpose, row.subject) == (purpose, subject)
                row.used_at = now
                if fits and now <= row.expires_at:
                    return self._poses(hashed)
        raise ChallengeOverError("the challenge is over or was used; begin the face check anew")

    def _refuse_replayed(self, frames: Sequence[CleanPicture]) -> None:
        macs = [
            self._keyring.mac(frame.pixels.rgb, purpose="identity/seen-frame") for frame in frames
        ]
        try:
            with self._database.transaction() as session:
                known = session.scalars(
                    select(SeenFrame.frame_mac).where(SeenFrame.frame_mac.in_(macs))
                ).all()
                now = self._clock.now()
                session.add_all(
                    SeenFrame(frame_mac=mac, seen_at=now) for mac in set(macs) - set(known)
                )
        except IntegrityError:
            known = macs  # sent twice at the same moment
        if known or len(set(macs)) < len(macs):
            # No camera gives the same pixels twice: even of a wall, its noise differs.
            raise ReplayedCaptureError("expected live frames, got frames that were sent before")

    def _poses(self, hashed: bytes) -> tuple[Pose, ...]:
        # Derived instead of kept: whoever reads the database does not learn what will be asked.
        drawn = self._keyring.mac(hashed, purpose="identity/face-turns")
        return (Pose.CENTRE, *_TURNS[int.from_bytes(drawn, "big") % len(_TURNS)])
