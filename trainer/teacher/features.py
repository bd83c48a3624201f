"""What MobileNet-v2 (M. Sandler et al., CVPR 2018; ImageNet weights) sees in each training photo, for the trunk stage of `trainer train`.

    pip install ai-edge-litert numpy pillow safetensors
    python features.py DATA MODEL.tflite OUT.safetensors

DATA is the trainer's data folder (photos-open, photos-research, validation.txt), MODEL.tflite a MobileNet-v2 of 224 pixels with a
tensor of [1, 7, 7, 1280] before its last pooling. Each photo that is not held back is squashed to 224 x 224, and its
7 x 7 x 1280 embedding is projected on the COMPONENTS directions in which the embeddings of all photos vary most, each scaled to
the standard deviation 1 by one number for all, so that strong directions stay strong. OUT.safetensors holds one tensor
[COMPONENTS, 7, 7] of f16 for each photo, by the photo's path under DATA.
"""

import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from PIL import Image
from safetensors.numpy import save_file

FOLDERS = ["photos-open", "photos-research"]
COMPONENTS = 128
SIDE = 224


class Teacher:
    def __init__(self, model: str):
        self.interpreter = Interpreter(
            model,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]["index"]
        shapes = {tuple(d["shape"]): d["index"] for d in self.interpreter.get_tensor_details()}
        self.embedding = shapes[(1, 7, 7, 1280)]

    def __call__(self, photo: Path) -> np.ndarray:
        """[49, 1280] in steps of the quantisation, 0 for no response."""
        with Image.open(photo) as image:
            rgb = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        self.interpreter.set_tensor(self.input, rgb[None])
        self.interpreter.invoke()
        return (self.interpreter.get_tensor(self.embedding).astype(np.int16) + 128).astype(np.uint8).reshape(49, 1280)


def projection(embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Mean [1280], directions [1280, COMPONENTS] and the scale, of embeddings [n, 49, 1280]."""
    rows = embeddings.reshape(-1, 1280).astype(np.float32)
    mean = rows.mean(0)
    variances, directions = np.linalg.eigh(np.cov(rows - mean, rowvar=False))
    kept = variances[-COMPONENTS:]
    print(f"{COMPONENTS} directions hold {kept.sum() / variances.sum():.1%} of the variance")
    return mean, directions[:, -COMPONENTS:][:, ::-1].astype(np.float32), float(np.sqrt(kept.mean()))


def main(data: Path, model: str, out: str):
    held_back = set((data / "validation.txt").read_text().split())
    teacher, names, embeddings = Teacher(model), [], []
    for path in sorted(path for folder in FOLDERS for path in (data / folder).iterdir()):
        name = path.relative_to(data).as_posix()
        if name in held_back:
            continue
        try:
            embeddings.append(teacher(path))
            names.append(name)
        except OSError as error:
            print(f"left out: {name}: {error}", file=sys.stderr)
    embeddings = np.stack(embeddings)
    mean, directions, scale = projection(embeddings)
    maps = {}
    for name, embedding in zip(names, embeddings):
        projected = (embedding - mean) @ directions / scale  # [49, COMPONENTS]
        maps[name] = np.ascontiguousarray(projected.T.reshape(COMPONENTS, 7, 7).astype(np.float16))
    save_file(maps, out)
    print(f"{len(maps)} photos")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
