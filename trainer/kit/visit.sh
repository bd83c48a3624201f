#!/bin/bash
# A training on a GPU server that has Python with PyTorch, and neither Rust nor a network. `make train-kit` packs the folder of this script.
#
#   ./visit.sh add PART...          unpacks and prepares packed photographs: photos-01.bin ...
#   ./visit.sh check                GPU and driver; three steps of each stage on the processor and on the GPU
#   ./visit.sh probe SET SECONDS    each stage alone: images a second, and what the GPU does meanwhile; then `beside`
#   ./visit.sh beside SET           the step of f beside the same step in PyTorch: images a second, memory, ratio; at most 40 seconds
#   ./visit.sh train MINUTES OUT SET...   trunk (two fifths of the time) and f of each set, all sets at once; then figures on the held-back
#                                   photographs. Brings home as OUT/home.tar.gz.aa and so on, each under 16 MiB: weights in half
#                                   precision, the logs, and f's newest checkpoint in full precision with its optimizer
#   ./visit.sh join PART...         takes up what a visit brought home
#   ./visit.sh resume MINUTES OUT SET...   f of each set goes on from there; brings home the same
#
# SET is lite or large. DEVICE (libtorch-cuda) is what computes, WORK (/tmp/chromaflow) where. A later visit can also start anew from the
# weights that an earlier one brought home, put into weights/.
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
  [ -d held-back ] || python3 "$KIT/unpack.py" "$KIT/held-back.bin" held-back/photos-open
  (cd held-back && ls -- photos-open/*.webp > validation.txt)
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
  beside "$1"
}

beside() {
  case $DEVICE in
    *cuda) command -v nvidia-smi > /dev/null || { echo "not compared with PyTorch: no GPU"; return; } ;;
    libtorch | flex) ;;
    *) echo "not compared with PyTorch: it has no $DEVICE"; return ;;
  esac
  timeout 40 python3 "$KIT/step.py" --trainer ./trainer --data set --device "$DEVICE" --preset "$1" --batch "${BATCH:-48}" \
    --seconds 12 --rounds 1 2> beside.log || { echo "not compared with PyTorch: it failed, or took more than 40 s"; tail -n 3 beside.log; }
}

# A part of a time.
times() { python3 -c "print($1 * $2)"; }

# Trunk and f of a set: SET MINUTES.
chain() {
  run_file "$1-trunk" "$WORK/runs" "$DEVICE"
  run_file "$1-f" "$WORK/runs" "$DEVICE"
  ./trainer train "runs/$1-trunk.toml" --minutes "$(times 0.4 "$2")" > "runs/$1-trunk.log" 2>&1
  ./trainer train "runs/$1-f.toml" --minutes "$(times 0.6 "$2")" > "runs/$1-f.log" 2>&1
  finish "$1"
}

# f of a set from the checkpoint that was brought home, which holds its trunk too: SET MINUTES.
go_on() {
  run_file "$1-f" "$WORK/runs" "$DEVICE"
  sed -i '/^\[start\]/,/^$/d' "runs/$1-f.toml"
  ./trainer train "runs/$1-f.toml" --resume --minutes "$2" > "runs/$1-f.log" 2>&1
  finish "$1"
}

# Weights in half precision, and figures: SET.
finish() {
  rm -rf "runs/$1-weights" && cp -r weights "runs/$1-weights"
  ./trainer export "runs/$1-f-run" --out "runs/$1-weights" > "runs/$1-export.log" 2>&1
  ./trainer eval --data held-back --weights "runs/$1-weights" --preset "$1" --pairs 0 --markdown "runs/$1-figures.md" \
    > "runs/$1-eval.log" 2>&1
}

# What counts most comes first, for a visit whose last parts don't fit: OUT SET...
bring_home() {
  local out=$1 set small=() large=()
  shift
  for set in "$@"; do
    small+=("runs/$set-weights/$set/trunk.bpk" "runs/$set-weights/$set/colorizer.bpk")
    large+=("runs/$set-f-run")
  done
  mapfile -t logs < <(find runs -name '*.log' -o -name '*.toml' -o -name '*.md' -o -name '*.json*')
  tar czf - "${small[@]}" "${logs[@]}" "${large[@]}" | split -b 15M - "$out/home.tar.gz."
}

join() { (cd "$KIT" && cat "$@") | tar xzf -; }

# What is done with each set, all at once: WHAT MINUTES OUT SET...
each() {
  local what=$1 minutes=$2 out running=()
  mkdir -p runs "$3" && out=$(cd "$3" && pwd)
  shift 3
  watch_gpu > runs/gpu.log 2>&1 & local watch=$!
  for set in "$@"; do
    "$what" "$set" "$minutes" &
    running+=($!)
  done
  wait "${running[@]}"
  kill $watch
  tail -n 3 runs/*.log
  bring_home "$out" "$@"
  ls -l "$out"
}

train() { each chain "$@"; }

resume() { each go_on "$@"; }

"$@"
