"""The two figures that `trainer eval` prints of a flow network, for OpenCV's DIS (preset medium), which learns nothing.

    python dis_flow.py --size 128 --frames 16 film.mp4 frames/bear

Needs NumPy, OpenCV (opencv-python-headless), Pillow, and ffmpeg on the path. Frames are read and shrunk as `eval` does, pairs
across a cut are left out by the rule of src/shot.rs, and a pixel counts as seen by that of src/warp.rs. The means are over
pairs of neighboring frames, then over clips.
"""

import argparse
import io
import subprocess
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

IMAGES = {".png", ".jpg", ".jpeg"}


def read(path, count):
    """The first frames of a clip or of a folder, as Pillow images."""
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGES)
        return [Image.open(file).convert("RGB") for file in files[:count]]
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-frames:v", str(count), "-map", "0:v:0"]
    command += ["-fps_mode", "passthrough", "-f", "image2pipe", "-c:v", "ppm", "-"]
    stream, frames = io.BytesIO(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout), []
    while stream.readline():  # P6
        width, height = map(int, stream.readline().split())
        stream.readline()  # 255
        frames.append(Image.frombytes("RGB", (width, height), stream.read(3 * width * height)))
    return frames


def grey(frame, side):
    """BT.601 luma [h, w] in [0, 1] at a shorter side of at most `side`; Pillow's bicubic is the Catmull-Rom of `eval`."""
    scale = min(1, side / min(frame.size))
    rgb = frame.resize([round(length * scale) for length in frame.size], Image.BICUBIC)
    return (np.asarray(rgb, np.float32) @ np.float32([0.299, 0.587, 0.114])) / 255


def thumbnail(plane):
    """Means of 16x16 equal areas."""

    def cover(length):
        edges = np.linspace(0, length, 17)[:, None]
        inside = np.clip(np.minimum(edges[1:], np.arange(length) + 1) - np.maximum(edges[:-1], np.arange(length)), 0, None)
        return inside * 16 / length  # [16, length]

    height, width = plane.shape
    return cover(height) @ plane @ cover(width).T


def picture(previous, following):
    """The part of both frames between black bars."""
    shows = np.maximum(*(abs(plane - previous[0, 0]) for plane in (previous, following))) >= 0.04

    def within(lines):
        found = np.flatnonzero(lines)
        shown = slice(found[0], found[-1] + 1) if found.size else slice(None)
        return shown if found.size and found[-1] + 1 - found[0] >= 0.25 * lines.size else slice(None)

    return within(shows.any(axis=1)), within(shows.any(axis=0))


def is_cut(previous, following):
    """The rule of src/shot.rs."""
    part = picture(previous, following)
    previous, following = previous[part], following[part]
    a, b = (thumbnail(plane) - thumbnail(plane).mean() for plane in (previous, following))
    moment = lambda of: of.mean() + 1e-4
    correlation = moment(a * b) / np.sqrt(moment(a * a) * moment(b * b))
    bins = [np.histogram(plane.clip(0, 1), 32, (0, 1))[0] / plane.size for plane in (previous, following)]
    shared = np.minimum(*bins).sum()
    return correlation < 0.6 and (shared < 0.7 or correlation < 0.3)


def warp(plane, flow):
    """`plane` sampled at p + flow(p), bilinear, its border repeated."""
    y, x = np.indices(flow.shape[:2], np.float32)
    return cv2.remap(plane, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def visible(forward, backward):
    """Where both flows agree and the target lies inside the frame: the rule of src/warp.rs."""
    square = lambda flow: (flow**2).sum(axis=2)
    returned = warp(backward, forward)
    tolerance = 0.01 * (square(forward) + square(returned)) + 0.5
    height, width = forward.shape[:2]
    y, x = np.indices((height, width))
    x, y = x + forward[..., 0], y + forward[..., 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return (square(forward + returned) <= tolerance) & inside


def measure(frames):
    """[grey difference without motion, the same after warping, visible share] of each pair within a shot."""
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    rows = []
    for frame, following in zip(frames, frames[1:]):
        if is_cut(frame, following):
            continue
        codes = [np.round(255 * plane).astype(np.uint8) for plane in (frame, following)]
        forward, backward = dis.calc(*codes, None), dis.calc(*codes[::-1], None)
        still, warped = (255 * np.abs(plane - frame).mean() for plane in (following, warp(following, forward)))
        rows.append([still, warped, visible(forward, backward).mean()])
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--size", type=int, default=128, help="shorter side in pixels")
    parser.add_argument("--frames", type=int, default=16, help="frames of each clip, from its start")
    arguments = parser.parse_args()
    means = []
    for path in arguments.clips:
        rows = measure([grey(frame, arguments.size) for frame in read(path, arguments.frames)])
        if rows:
            means.append(np.mean(rows, axis=0))
            show(path.stem, means[-1])
    if means:
        show(f"mean of {len(means)}", np.mean(means, axis=0))


def show(name, row):
    still, warped, seen = row
    print(f"{name}: neighboring grey frames differ by {still:.2f}, by {warped:.2f} once warped; {100 * seen:.1f} % visible")


main()
