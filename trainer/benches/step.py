"""The training step of f beside the same step in PyTorch, on the same device, one after the other: images a second, memory, ratio.

Needs PyTorch, a prepared set (`trainer prepare`) and the trainer's binary. Prints Markdown rows for BENCHMARKS.md.

    python3 trainer/benches/step.py --data SET --batch 4 --crop 64
    python3 trainer/benches/step.py --data SET --trainer target/cuda/release/trainer --device cuda --batch 48
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# Steps that one line of the trainer's log averages.
STEPS_A_LINE = 4
SAMPLES = 128
# As in the training kit, but for the wear and the hints, which are made on the processor.
LOSSES = {"bilateral": 20.0, "temporal": 0.0, "beta": [0.15, 0.05, 0.04, 0.03], "samples": SAMPLES, "taps": 0.0, "rarity": 0.75,
          "annealed": 1.0}  # fmt: skip
OPTIMIZER = {"kind": "adamw", "learning_rate": 4e-4, "clip": 30.0, "weight_decay": 0.01, "ema": 0.998}
# More than any machine trains on in the time.
IMAGES = 4_000_000


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a prepared set")
    parser.add_argument("--trainer", default="target/release/trainer")
    parser.add_argument("--preset", default="lite")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--device", choices=("flex", "libtorch", "cuda", "libtorch-cuda"), default="flex", help="the trainer's")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of the processor")
    parser.add_argument("--seconds", type=float, default=20, help="of each of the two in a round, the trainer's last checkpoint included")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def on_gpu(options):
    return options.device.endswith("cuda")


def watched(command, options):
    """Runs a command; its output, and the most memory in MB that it held: the GPU's on a GPU, else the process's."""
    threads = {name: str(options.threads) for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS")}
    environment = {**os.environ, **threads}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    peak = [0.0]

    def watch():
        while process.poll() is None:
            peak[0] = max(peak[0], gpu_memory() if on_gpu(options) else memory(process.pid))
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.communicate()[0]
    watcher.join()
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return output, peak[0]


def memory(process):
    """Resident memory of a process in MB."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def gpu_memory():
    """Memory of the first GPU in MB that is in use, by anyone."""
    query = ["nvidia-smi", "--id=0", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    return float(subprocess.run(query, capture_output=True, text=True, check=True).stdout)


def ours(options):
    """Images a second and peak MB of the trainer: the median line of the log but the first, which warms up."""
    with tempfile.TemporaryDirectory() as folder:
        stage = {"kind": "colorizer", "epochs": 1, "images": IMAGES, "pairs": 0, "side": options.crop, "crop": options.crop,
                 "batch": options.batch, "trunk_learns": False}  # fmt: skip
        run = {"preset": options.preset, "data": str(Path(options.data).resolve()), "out": folder, "device": options.device,
               "losses": LOSSES, "optimizer": OPTIMIZER, "stages": [stage],
               "monitoring": {"line_every": STEPS_A_LINE, "held_back": 0, "sheet_every": 0}}  # fmt: skip
        file = Path(folder, "step.json")
        file.write_text(json.dumps(run))
        _, peak = watched([options.trainer, "train", str(file), "--minutes", str(options.seconds / 60)], options)
        log = next(Path(folder).glob("*-colorizer/log.jsonl")).read_text().splitlines()
    if len(log) < 2:
        sys.exit(f"the trainer took fewer than {2 * STEPS_A_LINE} steps in the time: give it more --seconds or a smaller --batch")
    return statistics.median(json.loads(line)["images_a_second"] for line in log[1:]), peak


def theirs(options):
    """The same of PyTorch."""
    script = Path(__file__).with_name("pytorch_step.py")
    sizes = [f"--{name}={getattr(options, name)}" for name in ("preset", "batch", "crop", "threads", "seconds")]
    device = "cuda" if on_gpu(options) else "cpu"
    output, peak = watched([sys.executable, str(script), *sizes, f"--device={device}", f"--samples={SAMPLES}"], options)
    return 1000 * options.batch / json.loads(output)["step_ms"], peak


def main():
    options = arguments()
    rounds = [(ours(options), theirs(options)) for _ in range(options.rounds)]

    def middle(who, what):
        return statistics.median(pair[who][what] for pair in rounds)

    (our_rate, our_mb), (their_rate, their_mb) = ((middle(who, 0), middle(who, 1)) for who in (0, 1))
    print("| preset | batch | crop | device | ours (images/s) | PyTorch (images/s) | time, ratio | ours (MB) | PyTorch (MB) | memory, ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    print(f"| {options.preset} | {options.batch} | {options.crop} | {options.device} | {our_rate:.1f} | {their_rate:.1f} "
          f"| {their_rate / our_rate:.2f} | {our_mb:.0f} | {their_mb:.0f} | {our_mb / their_mb:.2f} |")  # fmt: skip


if __name__ == "__main__":
    main()
