"""Attachments: by content, within their limits, pictures without where and when."""

import hashlib
import io
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image

from openlines.files import images
from openlines.files.base import TooLarge
from openlines.files.disk import DiskFiles
from openlines.files.names import safe_name, shown_in_place, type_of

GPS = 0x8825


@pytest.fixture
def files(tmp_path: Path) -> Iterator[DiskFiles]:
    found = DiskFiles(tmp_path / "files")
    found.open()
    yield found
    found.close()


async def pieces(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def read(files: DiskFiles, hash_: str) -> bytes:
    return b"".join([each async for each in files.read(hash_)])


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), *, exif: bool = True) -> bytes:
    image = Image.new("RGB", size, "red")
    out = io.BytesIO()
    tags = Image.Exif()
    tags[0x010E] = "at home"
    tags[0x0112] = 6  # lies on its side
    tags.get_ifd(GPS)[1] = "N"
    image.save(out, form, **({"exif": tags} if exif else {}))
    return out.getvalue()


async def test_a_file_is_named_by_its_content(files: DiskFiles, tmp_path: Path) -> None:
    data = b"just words " * 1000
    kept = await files.keep(pieces(data), name="note.txt", limit=100_000)
    assert kept.hash == hashlib.sha256(data).hexdigest()
    assert (kept.size, kept.name, kept.type) == (len(data), "note.txt", "text/plain")
    assert await read(files, kept.hash) == data
    again = await files.keep(pieces(data), name="other.txt", limit=100_000)
    assert again.hash == kept.hash
    assert len([each for each in (tmp_path / "files").rglob("*") if each.is_file()]) == 1


async def test_too_much_is_refused_and_nothing_is_left(files: DiskFiles, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await files.keep(pieces(b"x" * 5001), name="big", limit=5000)
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []


async def test_a_sender_who_goes_away_leaves_nothing(files: DiskFiles, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.keep(broken(), name="half", limit=5000)
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []


def test_what_a_crash_left_half_written_is_dropped(tmp_path: Path) -> None:
    incoming = tmp_path / "files" / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "half").write_bytes(b"half")
    DiskFiles(tmp_path / "files").open()
    assert list(incoming.iterdir()) == []


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_pictures_lose_where_and_when_and_stand_upright(files: DiskFiles, form: str) -> None:
    kept = await files.keep(pieces(picture(form)), name="p", limit=100_000)
    assert kept.type == f"image/{form.lower()}"
    assert (kept.width, kept.height) == (40, 60), "turned as the camera meant it"
    data = await read(files, kept.hash)
    assert b"at home" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif().get_ifd(GPS)
        assert image.size == (40, 60)


async def test_a_photo_with_a_second_picture_behind_it_is_a_photo(files: DiskFiles) -> None:
    """What phones write for depth or a preview: a JPEG with another one after it."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(
        out, "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")]
    )
    kept = await files.keep(pieces(out.getvalue()), name="phone.jpg", limit=100_000)
    assert (kept.type, kept.width, kept.height) == ("image/jpeg", 60, 40)
    with Image.open(io.BytesIO(await read(files, kept.hash))) as image:
        assert (image.format, getattr(image, "n_frames", 1)) == ("JPEG", 1)
        assert image.getpixel((5, 5)) == pytest.approx((254, 0, 0), abs=3)
    assert await files.preview(kept.hash)


async def test_moving_pictures_keep_moving(files: DiskFiles) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    kept = await files.keep(pieces(out.getvalue()), name="m.gif", limit=100_000)
    with Image.open(io.BytesIO(await read(files, kept.hash))) as image:
        assert getattr(image, "n_frames", 1) == 3


async def test_what_only_looks_like_a_picture_is_a_plain_file(files: DiskFiles) -> None:
    for data in (b"\xff\xd8\xff\xe0" + b"no picture" * 100, b"GIF89a" + b"<script>" * 50, picture()[:200]):
        kept = await files.keep(pieces(data), name="p.jpg", limit=100_000)
        assert not shown_in_place(kept.type)
        assert await read(files, kept.hash) == data


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "moving WEBP"])
def test_a_broken_picture_is_no_picture_whatever_its_decoder_thinks_of_it(tmp_path: Path, form: str) -> None:
    chance = random.Random(7)
    image = Image.effect_noise((60, 40), 50).convert("RGB")
    out = io.BytesIO()
    frames = {"save_all": True, "append_images": [image.transpose(Image.Transpose.ROTATE_180)]}
    image.save(out, form.rpartition(" ")[2], **(frames if "moving" in form else {}))
    broken = tmp_path / "broken"
    for _ in range(300):
        data = bytearray(out.getvalue())
        for _ in range(chance.choice((1, 2, 5, 20))):
            data[chance.randrange(chance.choice((30, 200, len(data))))] = chance.choice((0, 255, chance.randrange(256)))
        broken.write_bytes(data)
        found = images.encode_again(broken)
        assert found is None or found.type == f"image/{form.rpartition(' ')[2].lower()}"
        images.small(broken)


async def test_a_bomb_is_not_unpacked(files: DiskFiles) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG", optimize=True)
    assert len(out.getvalue()) < 200_000
    kept = await files.keep(pieces(out.getvalue()), name="bomb.png", limit=1_000_000)
    assert kept.type == "application/octet-stream"
    assert await files.preview(kept.hash) is None


async def test_previews_are_small_and_made_once(files: DiskFiles) -> None:
    kept = await files.keep(pieces(picture(size=(2000, 1000), exif=False)), name="p.jpg", limit=1_000_000)
    small = await files.preview(kept.hash)
    assert small is not None
    with Image.open(io.BytesIO(await read(files, small))) as image:
        assert image.format == "WEBP"
        assert max(image.size) <= 480
    assert await files.preview(kept.hash) == small
    text = await files.keep(pieces(b"words"), name="w.txt", limit=1000)
    assert await files.preview(text.hash) is None


@pytest.mark.parametrize("hash_", ["", "..", "../../etc/passwd", "x" * 64, "a" * 63, "A" * 64, "a" * 64])
async def test_no_other_name_leads_anywhere(files: DiskFiles, hash_: str) -> None:
    with pytest.raises(FileNotFoundError):
        await read(files, hash_)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("exe.\u202egpj", "exe.gpj"),
        ("  . .", "file"),
        ("", "file"),
        ("отчёт.xlsx", "отчёт.xlsx"),
    ],
)
def test_names_are_made_harmless(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_long_names_keep_their_ending() -> None:
    assert len(safe_name("x" * 500 + ".pdf")) == 150
    assert safe_name("x" * 500 + ".pdf").endswith(".pdf")
    assert len(safe_name("x" * 500)) == 150


@pytest.mark.parametrize(
    ("head", "name", "type_"),
    [
        (b"%PDF-1.7", "a.pdf", "application/pdf"),
        (b"%PDF-1.7", "a.html", "application/pdf"),
        (b"<html><script>", "a.html", "application/octet-stream"),
        (b"<svg onload=alert(1)>", "a.svg", "application/octet-stream"),
        (b"<html>", "a.jpg", "application/octet-stream"),
        (b"a;b;c", "a.csv", "text/csv"),
        (b"PK\x03\x04", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04", "a.zip", "application/zip"),
    ],
)
def test_the_content_says_what_a_file_is(head: bytes, name: str, type_: str) -> None:
    assert type_of(head + b"\x00" * 300 if head.startswith(b"PK") else head, name) == type_
