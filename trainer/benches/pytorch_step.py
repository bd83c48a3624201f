"""The training step of f in plain PyTorch: the same networks, losses and optimizer as the trainer's colorizer stage on photos, its trunk at
rest, as the training kit has it.

`step.py` beside it runs both and prints their ratio. Alone: python3 pytorch_step.py --preset lite --batch 4 --crop 64
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

# The networks' modules lie beside this file in the training kit, and else in the repository.
sys.path += [str(folder / "tests/fixtures/networks") for folder in Path(__file__).resolve().parents[2:3]]
from colorization import UNet  # noqa: E402
from efficientnet import Distribution, EfficientNet  # noqa: E402

# Sizes of the backbone (stem, widths, depths, expansions), of the distribution (width, blocks) and of f's U-Net, as in
# src/model/preset.rs.
EXPANSIONS = (1, 6, 6, 6, 6, 6, 6)
PRESETS = {
    "lite": ((32, (16, 24, 40, 80, 112, 192, 320), (1, 2, 2, 3, 3, 4, 1), EXPANSIONS), (128, 3), (24, 32, 64, 128, 256)),
    "large": ((32, (16, 24, 48, 88, 120, 208, 352), (1, 3, 3, 4, 4, 5, 1), EXPANSIONS), (128, 3), (24, 32, 64, 128, 256)),
    "tiny": ((4, (2, 3, 4, 4, 5, 5, 6), (1, 2, 1, 1, 1, 1, 1), (1, 2, 2, 2, 2, 2, 2)), (6, 1), (4, 5, 6, 7, 8)),
}  # fmt: skip
CANDIDATES = 4
NEIGHBORS = 5
BILATERAL = 20.0
BETA = (0.15, 0.05, 0.04, 0.03)
CLIP = 30.0
EMA = 0.998
# The palette: 15 x 15 chromas, so far apart.
COLORS, SPACING = 15, 0.04


class Coloring(nn.Module):
    """f, which learns, and its trunk, which doesn't. The hypercolumn's 1x1 kernel is split by tap, as the trainer has it: each part at its
    tap's own resolution, those of one size added before they are enlarged."""

    def __init__(self, backbone, distribution, widths):
        super().__init__()
        self.backbone = EfficientNet(*backbone).requires_grad_(False)
        taps = [self.backbone.blocks[index].project.out_channels for index in self.backbone.tapped]
        self.distribution = Distribution(taps, *distribution).requires_grad_(False)
        self.grey = nn.Conv2d(1, widths[0], 1)
        self.hint = nn.Conv2d(3, widths[0], 1, bias=False)
        self.taps = nn.ModuleList(nn.Conv2d(tap, widths[0], 1, bias=False) for tap in (*taps, distribution[0]))
        self.unet = UNet(widths, 3 * CANDIDATES)
        grid = (torch.arange(COLORS) - COLORS // 2) * SPACING
        chromas = torch.stack([grid.repeat(COLORS), grid.repeat_interleave(COLORS)])
        self.register_buffer("chromas", chromas)
        self.register_buffer("hues", functional.normalize(chromas, dim=0))

    def suggestion(self, logits):
        """Chroma `[n, 2, h / 8, w / 8]` of logits; see `suggestion` beside the distribution."""
        agreement = torch.einsum("nkyx,ck->ncyx", logits.softmax(1), self.hues).norm(dim=1, keepdim=True)
        mean = torch.einsum("nkyx,ck->ncyx", (logits / 0.38).softmax(1), self.chromas)
        return mean * ((agreement - 0.15) / 0.2).clamp(0, 1)

    def forward(self, grey):
        """Candidates `[n, d, 3, h, w]` of grey `[n, 1, h, w]`, and the suggested chroma `[n, 2, h / 8, w / 8]`."""
        size = grey.shape[2:]
        with torch.no_grad():
            taps = self.backbone(grey.expand(-1, 3, -1, -1))
            colors = self.distribution.features(taps, [side // 8 for side in size])
            suggested = self.suggestion(self.distribution.logits(nonlocal_mean(colors)))
            hint = functional.pad(enlarged(suggested, size), (0, 0, 0, 0, 0, 1))  # no visitor's colors: the mask is 0
        parts = {}
        for part, tap in zip(self.taps, [*taps, colors]):
            reduced = part(tap)
            parts[reduced.shape[2:]] = parts[reduced.shape[2:]] + reduced if reduced.shape[2:] in parts else reduced
        summed = self.grey(grey) + self.hint(hint)
        for part in parts.values():
            summed = summed + enlarged(part, size)
        return self.unet(summed).unflatten(1, (CANDIDATES, 3)), suggested


def nonlocal_mean(features):
    """Features `[n, c, h, w]` averaged over like cells; see `nonlocal_mean` beside the distribution, which takes cell by cell."""
    even = functional.avg_pool2d(features, 3, 1, 1, count_include_pad=False)
    cells = functional.normalize(even - even.mean((2, 3), keepdim=True), dim=1)
    step = -(-min(features.shape[2:]) // 16)
    keys, values = (image[..., step // 2 :: step, step // 2 :: step].flatten(2) for image in (cells, even))
    weights = (cells.flatten(2).mT @ keys / 0.5).softmax(2)
    return (values @ weights.mT).view_as(features)


def enlarged(image, size):
    """Bilinear, half-pixel centers."""
    return functional.interpolate(image, size=size, mode="bilinear", align_corners=False)


def luma(rgb):
    """Grey `[n, 1, h, w]` of color `[n, 3, h, w]`, BT.601."""
    red, green, blue = rgb.unbind(1)
    return (0.299 * red + 0.587 * green + 0.114 * blue)[:, None]


def chroma(rgb):
    """BT.601's blue and red difference `[n, 2, h, w]` of color `[n, 3, h, w]`."""
    grey = luma(rgb)[:, 0]
    return torch.stack([(rgb[:, 2] - grey) / 1.772, (rgb[:, 0] - grey) / 1.402], 1)


def diversity(candidates, truth, weights):
    """Equation (7) on the image alone, of candidates `[n, d, 3, h, w]`; `weights` `[k]` of the palette's colors say how much their pixels count."""
    places = (chroma(truth) / SPACING).round().clamp(-(COLORS // 2), COLORS // 2).long() + COLORS // 2  # [n, 2, h, w]
    rarity = weights[places[:, 0] + COLORS * places[:, 1]][:, None, None]  # [n, 1, 1, h, w]
    rarity = rarity / rarity.mean((3, 4), keepdim=True)
    distances = 255 * (candidates * rarity - truth[:, None] * rarity).abs().mean((2, 3, 4))  # [n, d]
    return distances.min(1).values.mean() + (distances.mean(0) * distances.new_tensor(BETA)).sum()


def bilateral(candidates, queries, neighbors):
    """Equation (2) over sampled pixels; `neighbors` has NEIGHBORS pixels for each query."""
    flat = candidates.flatten(3).flatten(1, 2)  # [n, 3d, h w]
    pairs = queries.repeat_interleave(NEIGHBORS, 1), neighbors
    ours, theirs = (flat.gather(2, pixels[:, None].expand(-1, flat.shape[1], -1)) for pixels in pairs)
    return (ours - theirs).abs().mean() * CANDIDATES


def annealed(candidates, suggested):
    """Distance of the first candidate's chroma to what is suggested, in 0..255."""
    return 255 * (functional.avg_pool2d(chroma(candidates[:, 0]), 8) - suggested).abs().mean()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", choices=PRESETS, default="lite")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--samples", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, help="threads on the CPU")
    return parser.parse_args()


def main():
    options = arguments()
    if options.threads:
        torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    network = Coloring(*PRESETS[options.preset]).to(device)
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    average = [parameter.detach().clone() for parameter in parameters]
    optimizer = torch.optim.AdamW(parameters, 4e-4, weight_decay=0.01)
    weights = 2 * torch.rand(COLORS**2, device=device)
    pixels = options.crop**2

    def step():
        truth = torch.rand(options.batch, 3, options.crop, options.crop, device=device)
        queries = torch.randint(pixels, (options.batch, options.samples), device=device)
        neighbors = torch.randint(pixels, (options.batch, options.samples * NEIGHBORS), device=device)
        grey = luma(truth)
        raw, suggested = network(grey)
        candidates = raw + (grey[:, None] - luma(raw.flatten(0, 1)).view_as(raw[:, :, :1]))
        loss = diversity(candidates, truth, weights) + annealed(candidates, suggested)
        loss = loss + BILATERAL * bilateral(candidates, queries, neighbors)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        torch._foreach_lerp_(average, [parameter.detach() for parameter in parameters], 1 - EMA)
        return loss.item()

    seconds, end = [], time.perf_counter() + options.seconds
    while (start := time.perf_counter()) < end or len(seconds) < 3:
        step()
        seconds.append(time.perf_counter() - start)
    # The first third warms up.
    step_ms = 1000 * statistics.median(seconds[len(seconds) // 3 :])
    print(json.dumps({"version": torch.__version__, "step_ms": step_ms, "steps": len(seconds)}))


if __name__ == "__main__":
    main()
