"""The training step of f beside the same step in PyTorch, on the same device, one after the other: time, memory, ratio.

Needs PyTorch, a prepared set (`trainer prepare`) and the trainer's binary. Prints Markdown rows for BENCHMARKS.md.

    python3 trainer/benches/step.py --data SET --preset lite --batch 4 --crop 64
    python3 trainer/benches/step.py --data SET --trainer target/cuda/release/trainer --device cuda --preset paper --crop 256
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROUNDS = 3
# Steps that one line of the trainer's log averages.
STEPS_A_LINE = 20
SAMPLES = 1024


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a prepared set")
    parser.add_argument("--trainer", default="target/release/trainer")
    parser.add_argument("--preset", default="paper")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    return parser.parse_args()


def watched(command, options):
    """Runs a command; its output, and the most memory in MB that it held: the GPU's on cuda, else the process's."""
    environment = {**os.environ, "RAYON_NUM_THREADS": str(options.threads)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    peak = [0.0]

    def watch():
        while process.poll() is None:
            peak[0] = max(peak[0], gpu_memory() if options.device == "cuda" else memory(process.pid))
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
    """Milliseconds a step and peak MB of the trainer: the median line of the log but the first, which warms up."""
    steps = 3 * STEPS_A_LINE
    with tempfile.TemporaryDirectory() as folder:
        stage = {"kind": "colorizer", "epochs": 1, "images": steps * options.batch, "pairs": 0, "side": options.crop,
                 "crop": options.crop, "batch": options.batch}  # fmt: skip
        run = {"preset": options.preset, "data": str(Path(options.data).resolve()), "out": folder,
               "losses": {"samples": SAMPLES}, "stages": [stage]}  # fmt: skip
        file = Path(folder, "step.json")
        file.write_text(json.dumps(run))
        device = {"cpu": "flex"}.get(options.device, options.device)
        _, peak = watched([options.trainer, "train", str(file), "--device", device], options)
        log = next(Path(folder).glob("*-colorizer/log.jsonl")).read_text().splitlines()
    rates = sorted(json.loads(line)["images_a_second"] for line in log[1:])
    return 1000 * options.batch / rates[len(rates) // 2], peak


def theirs(options):
    """The same of PyTorch."""
    script = Path(__file__).with_name("pytorch_step.py")
    sizes = [f"--{name}={getattr(options, name)}" for name in ("preset", "batch", "crop", "device", "threads")]
    output, peak = watched([sys.executable, str(script), *sizes, f"--samples={SAMPLES}"], options)
    return json.loads(output)["step_ms"], peak


def main():
    options = arguments()
    rounds = [(ours(options), theirs(options)) for _ in range(ROUNDS)]

    def middle(who, what):
        return sorted(pair[who][what] for pair in rounds)[ROUNDS // 2]

    (our_ms, our_mb), (their_ms, their_mb) = ((middle(who, 0), middle(who, 1)) for who in (0, 1))
    print("| preset | batch | crop | device | ours (ms) | PyTorch (ms) | ratio | ours (MB) | PyTorch (MB) | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    print(f"| {options.preset} | {options.batch} | {options.crop} | {options.device} | {our_ms:.0f} | {their_ms:.0f} "
          f"| {our_ms / their_ms:.2f} | {our_mb:.0f} | {their_mb:.0f} | {our_mb / their_mb:.2f} |")  # fmt: skip


if __name__ == "__main__":
    main()
