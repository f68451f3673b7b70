"""Redrawing people's pictures: only pixels survive, upright and of a bounded size."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from service.identity.pictures.errors import PictureDamagedError
from service.identity.pictures.gate import check_picture
from service.isolated import WorkKilledError, WorkRefusedError, run_isolated

SANDBOX = "service.identity.sandbox"
SANDBOX_ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
DOCUMENT_PX = 1600
"""Longest side of a document's picture as it is kept."""
_MEMORY = 1536 * 1024**2
_CPU_SECONDS = 20
_WALL_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Pixels:
    """A decoded picture: rows from the top, three bytes a pixel (red, green, blue)."""

    width: int
    height: int
    rgb: bytes

    def __post_init__(self) -> None:
        if len(self.rgb) != 3 * self.width * self.height or not self.rgb:
            raise ValueError(
                f"expected {3 * self.width * self.height} bytes of pixels, got {len(self.rgb)}"
            )


@dataclass(frozen=True, kw_only=True)
class CleanPicture:
    """A redrawn picture, its pixels for the face check, and SHA-256 of what was uploaded."""

    jpeg: bytes
    pixels: Pixels
    upload_sha256: bytes


def clean_pictures(
    uploads: Sequence[bytes], *, kept_px: int, pixels_px: int
) -> tuple[CleanPicture, ...]:
    """Return every upload redrawn: as JPEG and as pixels, with longest sides as given.

    All of them go through one process with limits. Raises a PictureRefusedError subclass.
    """
    sound = [check_picture(upload) for upload in uploads]
    try:
        answer, parts = run_isolated(
            SANDBOX,
            "clean",
            [picture.data for picture in sound],
            memory=_MEMORY,
            cpu_seconds=_CPU_SECONDS,
            wall_seconds=_WALL_SECONDS,
            environment=SANDBOX_ENVIRONMENT,
            kinds=[picture.kind for picture in sound],
            kept_px=kept_px,
            pixels_px=pixels_px,
        )
    except (WorkRefusedError, WorkKilledError) as error:
        raise PictureDamagedError("the picture cannot be drawn; take it anew") from error
    return tuple(
        CleanPicture(
            jpeg=jpeg,
            pixels=Pixels(width=width, height=height, rgb=rgb),
            upload_sha256=hashlib.sha256(upload).digest(),
        )
        for upload, (width, height), jpeg, rgb in zip(
            uploads, answer, parts[::2], parts[1::2], strict=True
        )
    )
