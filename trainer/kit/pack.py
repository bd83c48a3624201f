"""Packs photographs for a machine that trains without a network:

    pip install pillow && python pack.py DATA KIT [--side 144] [--quality 50] [--part 44]

Writes KIT/photos-01.bin and so on, of at most --part MiB each, in a random order, so that any first few parts are a fair choice; and
KIT/held-back.bin, which is what DATA's validation.txt holds back. Each picture is WebP behind its length. `unpack.py` takes them apart.
"""

import argparse
import io
import os
import random
import struct
from multiprocessing import Pool
from pathlib import Path

from PIL import Image

SUFFIXES = {".webp", ".jpg", ".jpeg", ".png"}
# Of a panorama the middle is taken, up to so many shorter sides.
LONGEST = 16 / 9


def encode(task):
    """A picture with a shorter side of at most `side` as WebP; none if it can't be read or is tiny."""
    path, side, quality = task
    try:
        image = Image.open(path).convert("RGB")
    except OSError:
        return None
    if min(image.size) < side // 2:
        return None
    scale = min(side / min(image.size), 1)
    image = image.resize([round(length * scale) for length in image.size], Image.LANCZOS)
    width, height = image.size
    longest = round(LONGEST * min(width, height))
    left, top = max(width - longest, 0) // 2, max(height - longest, 0) // 2
    image = image.crop((left, top, width - left, height - top))
    encoded = io.BytesIO()
    image.save(encoded, "WEBP", quality=quality, method=4)
    return encoded.getvalue()


def write(kit, name, pictures, limit):
    """Files of at most `limit` bytes; `name` has the place of a part's number."""
    number, size, file = 0, limit + 1, None
    for picture in filter(None, pictures):
        if size + len(picture) + 4 > limit:
            number, size = number + 1, 0
            file = open(kit / name.format(number), "wb")
        size += file.write(struct.pack("<I", len(picture)) + picture)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("kit", type=Path)
    parser.add_argument("--side", type=int, default=144)
    parser.add_argument("--quality", type=int, default=50)
    parser.add_argument("--part", type=int, default=44, help="MiB")
    options = parser.parse_args()
    listed = options.data / "validation.txt"
    held_back = set(listed.read_text().split("\n")) if listed.exists() else set()
    found = sorted(path for path in options.data.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    random.Random(1).shuffle(found)
    split = {False: [], True: []}
    for path in found:
        split[path.relative_to(options.data).as_posix() in held_back].append((path, options.side, options.quality))
    options.kit.mkdir(parents=True, exist_ok=True)
    with Pool(os.cpu_count()) as pool:
        write(options.kit, "photos-{:02}.bin", pool.imap(encode, split[False], chunksize=32), options.part << 20)
        write(options.kit, "held-back.bin", pool.imap(encode, split[True], chunksize=32), 1 << 40)


if __name__ == "__main__":
    main()
