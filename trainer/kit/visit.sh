#!/bin/bash
# A training on a GPU server that has Python with PyTorch, and neither Rust nor a network. `make train-kit` packs the folder of this script.
#
#   ./visit.sh add PART...          unpacks and prepares packed photographs: photos-01.bin ...
#   ./visit.sh check                GPU and driver; three steps of each stage on the processor and on the GPU
#   ./visit.sh probe SET SECONDS    each stage alone: images a second, and what the GPU does meanwhile
#   ./visit.sh train MINUTES OUT SET...   trunk (two fifths of the time) and f of each set, all sets at once; figures on the held-back
#                                   photographs, weights in half precision, parts under 16 MiB, and the logs into OUT
#
# SET is lite or large. DEVICE (libtorch-cuda) is what computes, WORK (/tmp/chromaflow) where; a second visit starts from the weights
# that the first brought home, put into weights/.
set -u
KIT=$(cd "$(dirname "$0")" && pwd)
DEVICE=${DEVICE:-libtorch-cuda} WORK=${WORK:-/tmp/chromaflow}
TORCH=${TORCH:-$(python3 -c 'import importlib.util as find; print(find.find_spec("torch").submodule_search_locations[0])')}
export LD_LIBRARY_PATH=$TORCH/lib OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
mkdir -p "$WORK" && cd "$WORK" || exit 1

# The program, the weights to start from, and the backbone of `large`, where the kit has one.
[ -x trainer ] || { xz -dc "$KIT/trainer.xz" > trainer && chmod +x trainer; }
[ -d weights ] || cp -r "$KIT/weights" weights
[ -d large-backbone ] || [ ! -f "$KIT/large.safetensors" ] ||
  ./trainer import --efficientnet "$KIT/large.safetensors" --preset large --out large-backbone

add() {
  for part in "$@"; do python3 "$KIT/unpack.py" "$KIT/$part" photos; done
  [ -d held-back ] || python3 "$KIT/unpack.py" "$KIT/held-back.bin" held-back
  (cd held-back && ls -- *.webp > validation.txt)
  ./trainer prepare photos --out set --side 176 | tail -n 4
}

# A run file of the kit with this machine's folders: FILE RUNS DEVICE.
run_file() {
  mkdir -p "$2"
  sed "s|^data = .*|data = \"$WORK/set\"|; s|RUNS|$2|g; s|^device = .*|device = \"$3\"|" "$KIT/$1.toml" > "$2/$1.toml"
}

check() {
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
  python3 -c 'import torch; print("PyTorch", torch.__version__, "CUDA", torch.version.cuda)'
  for device in libtorch "$DEVICE"; do
    rm -rf "check-$device"
    run_file lite-trunk "$WORK/check-$device" "$device"
    OMP_NUM_THREADS=4 ./trainer train "check-$device/lite-trunk.toml" --set stages.trunk.batch=8 --set stages.trunk.images=24 |
      grep -o 'trunk 3 of 3  loss [0-9.]*' | sed "s/$/  on $device/"
    run_file lite-f "$WORK/check-$device" "$device"
    OMP_NUM_THREADS=4 ./trainer train "check-$device/lite-f.toml" --set stages.colorizer.batch=8 --set stages.colorizer.images=24 |
      grep -o 'colorizer 3 of 3  loss [0-9.]*' | sed "s/$/  on $device/"
  done
}

# What the GPU does each second, until it is killed.
watch_gpu() {
  while sleep 1; do nvidia-smi --query-gpu=utilization.gpu,memory.used,power.draw --format=csv,noheader; done
}

probe() {
  for stage in trunk f; do
    run_file "$1-$stage" "$WORK/probe" "$DEVICE"
    watch_gpu > "probe/$1-$stage.gpu" 2>&1 & local watch=$!
    ./trainer train "probe/$1-$stage.toml" --minutes "$(python3 -c "print($2 / 60)")" > "probe/$1-$stage.log" 2>&1
    kill $watch
    grep loss "probe/$1-$stage.log" | tail -n 1
    tail -n 5 "probe/$1-$stage.gpu"
  done
}

# Trunk and f of a set: SET MINUTES OUT.
chain() {
  local runs=$WORK/runs trunk f
  trunk=$(python3 -c "print(0.4 * $2)") f=$(python3 -c "print(0.6 * $2)")
  run_file "$1-trunk" "$runs" "$DEVICE"
  run_file "$1-f" "$runs" "$DEVICE"
  ./trainer train "$runs/$1-trunk.toml" --minutes "$trunk" > "$runs/$1-trunk.log" 2>&1
  ./trainer train "$runs/$1-f.toml" --minutes "$f" > "$runs/$1-f.log" 2>&1
  cp -r weights "$runs/$1-weights"
  ./trainer export "$runs/$1-f-run" --out "$runs/$1-weights" > "$runs/$1-export.log" 2>&1
  mkdir -p "$3/$1"
  for network in trunk colorizer; do
    split -b 15M "$runs/$1-weights/$1/$network.bpk" "$3/$1/$network."
  done
  ./trainer eval --data held-back --weights "$runs/$1-weights" --preset "$1" --pairs 0 --markdown "$runs/$1-figures.md" \
    > "$runs/$1-eval.log" 2>&1
}

train() {
  local minutes=$1 out chains=()
  mkdir -p runs "$2" && out=$(cd "$2" && pwd)
  shift 2
  watch_gpu > runs/gpu.log 2>&1 & local watch=$!
  for set in "$@"; do
    chain "$set" "$minutes" "$out" &
    chains+=($!)
  done
  wait "${chains[@]}"
  kill $watch
  tail -n 3 runs/*.log
  (cd runs && find . -name '*.log' -o -name '*.toml' -o -name '*.md' -o -name '*.json*' | tar czf "$out/logs.tar.gz" -T -)
  ls -l "$out" "$out"/*
}

"$@"
