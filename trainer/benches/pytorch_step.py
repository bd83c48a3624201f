"""The training step of f in plain PyTorch: the same networks, losses and optimizer as the trainer's colorizer stage on photos.

`step.py` beside it runs both and prints their ratio. Alone: python3 pytorch_step.py --preset lite --batch 4 --crop 64
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/fixtures/networks"))
from colorization import Colorizer, Trunk  # noqa: E402

# Widths of the trunk and of f's U-Net, as in src/model/preset.rs.
PRESETS = {
    "paper": ((64, 128, 256, 512, 512), (32, 64, 128, 256, 512)),
    "lite": ((16, 32, 64, 128, 128), (16, 32, 64, 128, 256)),
    "tiny": ((2, 3, 4, 4, 5), (4, 5, 6, 7, 8)),
}
CANDIDATES = 4
NEIGHBOURS = 5
LAYER_WEIGHTS = (1, 1 / 2.6, 1 / 4.8, 1 / 3.7, 1 / 5.6, 10 / 1.5)
TAP_SCALES = (57.0, 57.0, 57.0, 57.0, 4.5)
BETA = (0.16, 0.08, 0.04, 0.02)


class SplitColorizer(Colorizer):
    """f with the hypercolumn's 1x1 kernel split by tap, as the trainer has it: each part at its tap's own resolution."""

    def forward(self, trunk, grey):
        features = [grey, *trunk(grey.expand(-1, 3, -1, -1))]
        kernels = self.head.weight.split([part.shape[1] for part in features], 1)
        summed = self.head.bias.view(-1, 1, 1)
        for part, kernel in zip(features, kernels):
            reduced = functional.conv2d(part, kernel)
            summed = summed + functional.interpolate(reduced, size=grey.shape[2:], mode="bilinear")
        return self.unet(summed).unflatten(1, (self.candidates, 3))  # [n, d, 3, h, w]


def luma(rgb):
    """Grey `[n, 1, h, w]` of color `[n, 3, h, w]`, BT.601."""
    weights = torch.tensor([0.299, 0.587, 0.114], device=rgb.device).view(3, 1, 1)
    return (rgb * weights).sum(1, keepdim=True)


def diversity(phi, candidates, truth):
    """Equation (7) of candidates `[n, d, 3, h, w]`."""
    batch, count = candidates.shape[:2]
    true_layers = [truth, *phi(truth)]
    layers = [candidates.flatten(0, 1), *phi(candidates.flatten(0, 1))]
    scales = (255.0, *TAP_SCALES)
    distances = 0
    for layer, true_layer, weight, scale in zip(layers, true_layers, LAYER_WEIGHTS, scales):
        difference = layer.view(batch, count, -1) - true_layer.view(batch, 1, -1)
        distances = distances + weight * scale * difference.abs().mean(2)
    return distances.min(1).values.mean() + (distances.mean(0) * distances.new_tensor(BETA)).sum()


def bilateral(candidates, queries, neighbors):
    """Equation (2) over sampled pixels; `neighbors` has NEIGHBOURS pixels for each query."""
    flat = candidates.flatten(3).flatten(1, 2)  # [n, 3d, h w]
    channels = flat.shape[1]
    pairs = queries.repeat_interleave(NEIGHBOURS, 1), neighbors
    ours, theirs = (flat.gather(2, pixels[:, None].expand(-1, channels, -1)) for pixels in pairs)
    return (ours - theirs).abs().mean() * CANDIDATES


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", choices=PRESETS, default="paper")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--samples", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, help="threads on the CPU")
    return parser.parse_args()


def main():
    options = arguments()
    if options.threads:
        torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    trunk_widths, widths = PRESETS[options.preset]
    trunk = Trunk(trunk_widths).to(device)
    phi = Trunk([-(-width // 2) for width in trunk_widths]).to(device).requires_grad_(False)
    colorizer = SplitColorizer(trunk_widths, widths, CANDIDATES).to(device)
    parameters = [*trunk.parameters(), *colorizer.parameters()]
    optimizer = torch.optim.Adam(parameters, 1e-4)
    pixels = options.crop**2

    def step():
        truth = torch.rand(options.batch, 3, options.crop, options.crop, device=device)
        queries = torch.randint(pixels, (options.batch, options.samples), device=device)
        neighbors = torch.randint(pixels, (options.batch, options.samples * NEIGHBOURS), device=device)
        grey = luma(truth)
        raw = colorizer(trunk, grey)
        candidates = raw + (grey[:, None] - luma(raw.flatten(0, 1)).view_as(raw[:, :, :1]))
        loss = diversity(phi, candidates, truth) + bilateral(candidates, queries, neighbors)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    seconds = []
    for index in range(options.steps):
        start = time.perf_counter()
        step()
        if index >= options.steps // 3:  # the first third warms up
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"version": torch.__version__, "step_ms": 1000 * statistics.median(seconds)}))


if __name__ == "__main__":
    main()
