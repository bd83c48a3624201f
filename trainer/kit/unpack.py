"""Takes a file of `pack.py` apart: python unpack.py photos-01.bin FOLDER"""

import struct
import sys
from pathlib import Path


def main():
    packed, folder = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    data, at, count = packed.read_bytes(), 0, 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        (folder / f"{packed.stem}-{count:05}.webp").write_bytes(data[at + 4 : at + 4 + length])
        at, count = at + 4 + length, count + 1


if __name__ == "__main__":
    main()
