"""The mean of networks that were trained on from the same weights (a model soup: M. Wortsman et al., ICML 2022), and f's chroma scaled.

    pip install cbor2 numpy
    python mean.py OUT --preset lite --networks trunk,colorizer --chroma 1.06 A=0.3 B=0.7

A and B are folders that `trainer export` wrote, with their parts of the mean. OUT gets all that A holds, but for the networks named
here, and their hashes in the manifest; their commands stay A's, to be written by hand. --chroma multiplies the chroma of f's candidates, in
its last convolution, and leaves their luma.
"""

import argparse
import hashlib
import json
import shutil
import struct
from pathlib import Path

import cbor2
import numpy as np

# Burn's pack: magic, version and length of the metadata; then the metadata; then the tensors, from the next multiple of ALIGNMENT on.
HEADER = struct.Struct("<IHI")
ALIGNMENT = 256
LUMA = np.array([0.299, 0.587, 0.114])  # BT.601
LAST = ["unet.output.weight", "unet.output.bias"]


class Pack:
    def __init__(self, file: Path):
        self.bytes = bytearray(file.read_bytes())
        length = HEADER.unpack_from(self.bytes)[2]
        self.tensors = cbor2.loads(self.bytes[HEADER.size : HEADER.size + length])["tensors"]
        self.start = -(-(HEADER.size + length) // ALIGNMENT) * ALIGNMENT

    def view(self, name: str) -> np.ndarray:
        tensor = self.tensors[name]
        first, last = tensor["data_offsets"]
        data = memoryview(self.bytes)[self.start + first : self.start + last]
        return np.frombuffer(data, np.float16).reshape(tensor["shape"])


def mean(packs: list[Pack], parts: list[float]) -> Pack:
    for name in packs[0].tensors:
        total = sum(part * pack.view(name).astype(np.float64) for part, pack in zip(parts, packs, strict=True))
        packs[0].view(name)[...] = total
    return packs[0]


def scale_chroma(f: Pack, factor: float):
    """rgb' = luma + factor (rgb - luma) for each candidate: a matrix over the three channels that the last convolution gives each."""
    matrix = factor * np.eye(3) + (1 - factor) * np.outer(np.ones(3), LUMA)
    for name in LAST:
        weights = f.view(name)  # [3 d, ...]
        candidates = weights.astype(np.float64).reshape(-1, 3, weights[0].size)  # [d, 3, ...]
        weights[...] = np.einsum("oi,dix->dox", matrix, candidates).reshape(weights.shape)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("sets", nargs="+", metavar="FOLDER=PART")
    parser.add_argument("--preset", default="lite")
    parser.add_argument("--networks", default="trunk,colorizer")
    parser.add_argument("--chroma", type=float, default=1.0)
    arguments = parser.parse_args()
    folders, parts = zip(*(each.rsplit("=", 1) for each in arguments.sets), strict=True)
    parts = [float(part) for part in parts]
    if abs(sum(parts) - 1) > 1e-6:
        parser.error(f"the parts sum to {sum(parts)}")
    shutil.copytree(folders[0], arguments.out)
    manifest = json.loads((arguments.out / "manifest.json").read_text())
    for network in arguments.networks.split(","):
        file = Path(arguments.preset) / f"{network}.bpk"
        pack = mean([Pack(folder / file) for folder in map(Path, folders)], parts)
        if network == "colorizer":
            scale_chroma(pack, arguments.chroma)
        (arguments.out / file).write_bytes(pack.bytes)
        manifest["presets"][arguments.preset][network]["sha256"] = hashlib.sha256(pack.bytes).hexdigest()
    (arguments.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


main()
