"""Pictures of pages that no document has."""

import io

from PIL import Image, ImageDraw


def draw_page(page: int, width: int) -> bytes:
    """Return a picture of a page of A4's shape."""
    height = round(width * 297 / 210)
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    step = height // 40
    for line in range(4, 36):
        right = width * (9 if line % 5 else 6) // 10
        pen.rectangle((width // 10, line * step, right, line * step + step // 4), fill="#556")
    pen.text((width // 10, step), f"Contrato, {page + 1}", fill="black", font_size=step * 2)
    written = io.BytesIO()
    picture.save(written, format="PNG")
    return written.getvalue()
