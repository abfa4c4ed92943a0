"""Pictures are decoded and encoded again: what comes out is a picture and nothing else, without where and when.

Decoding what strangers send is the riskiest thing done to a file, so pixels, frames and formats are capped
before a decoder sees more than the header. What cannot be decoded within the caps stays a plain file.
"""

import io
import warnings
from pathlib import Path
from typing import Final, NamedTuple

PIXELS: Final = 50_000_000
FRAMES: Final = 300
ANIMATED_PIXELS: Final = 100_000_000  # over all frames
PREVIEW: Final = 480  # pixels, the longer side
QUALITY: Final = 90


class Picture(NamedTuple):
    data: bytes
    type: str
    width: int
    height: int


_TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
# A JPEG with others behind it, as phones write for depth: the first is the photo.
_SEVERAL: Final = "MPO"


def encode_again(path: Path) -> Picture | None:
    """The picture in this file, clean; None when it is none of ours, broken, or beyond the caps."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=list(_TYPES)) as image:
                form = "JPEG" if image.format == _SEVERAL else image.format or ""
                frames = 1 if form == "JPEG" else getattr(image, "n_frames", 1)
                pixels = image.width * image.height
                if pixels > PIXELS or frames > FRAMES or pixels * frames > max(PIXELS, ANIMATED_PIXELS):
                    return None
                out = io.BytesIO()
                if frames > 1 and form in {"GIF", "WEBP"}:
                    image.save(out, form, save_all=True, **_options(form))
                    width, height = image.size
                else:
                    upright = ImageOps.exif_transpose(image)
                    clean = Image.new(upright.mode, upright.size)
                    if upright.mode == "P" and (palette := upright.getpalette()) is not None:
                        clean.putpalette(palette)
                    clean.paste(upright)
                    transparency = upright.info.get("transparency")
                    extra = {} if transparency is None or form == "JPEG" else {"transparency": transparency}
                    clean.save(out, form, **_options(form), **extra)
                    width, height = upright.size
    except Exception:  # noqa: BLE001 - over broken bytes a decoder may raise anything
        return None
    return Picture(out.getvalue(), _TYPES[form], width, height)


def small(path: Path) -> bytes | None:
    """A picture's preview as WebP; None when the file is no picture."""
    from PIL import Image

    try:
        with Image.open(path, formats=list(_TYPES)) as image:
            if image.width * image.height > PIXELS:
                return None
            image.draft("RGB", (PREVIEW, PREVIEW))
            picture = image.convert("RGBA" if image.mode in {"RGBA", "LA", "P"} else "RGB")
            picture.thumbnail((PREVIEW, PREVIEW))
            out = io.BytesIO()
            picture.save(out, "WEBP", quality=80)
    except Exception:  # noqa: BLE001 - as above
        return None
    return out.getvalue()


def _options(form: str) -> dict[str, int | bool]:
    if form == "JPEG":
        return {"quality": QUALITY, "progressive": True}
    if form == "WEBP":
        return {"quality": QUALITY}
    return {"optimize": form == "PNG"}
