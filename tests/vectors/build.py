"""Build every JSON vector of this folder from fixed inputs; ``--check`` compares instead.

Run it after a deliberate change of a format, and read the diff: a changed ``good_`` vector is a
format that breaks evidence which people already hold.
"""

import json
import sys
from typing import Any

import form_vectors
import json_vectors
import merkle_vectors
import trust_vectors
import webauthn_vectors
from book import Book
from replay import HERE, READERS


def build() -> dict[str, bytes]:
    """Return every vector by its path below this folder."""
    book = Book()
    for chapter in (merkle_vectors, json_vectors, form_vectors, trust_vectors, webauthn_vectors):
        chapter.write(book)
    return {path: _json(vector) for path, vector in book.vectors.items()}


def stored() -> dict[str, bytes]:
    """Return the vectors on disk, of the formats built here."""
    paths = (path for folder in READERS for path in (HERE / folder).glob("*"))
    return {path.relative_to(HERE).as_posix(): path.read_bytes() for path in paths}


def _json(vector: dict[str, Any]) -> bytes:
    return (json.dumps(vector, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def main() -> int:
    """Write the vectors, or with ``--check`` name those that differ and return 1."""
    built, old = build(), stored()
    changed = sorted(path for path in built.keys() | old.keys() if built.get(path) != old.get(path))
    if "--check" in sys.argv[1:]:
        for path in changed:
            print(f"differs: {path}")
        return 1 if changed else 0
    for path in changed:
        if path in built:
            (HERE / path).parent.mkdir(exist_ok=True)
            (HERE / path).write_bytes(built[path])
        else:
            (HERE / path).unlink()
    print(f"{len(built)} vectors, {len(changed)} written or removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
