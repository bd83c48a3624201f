# Two commands do everything: `make serve` and `make test`. Each is a thin list of commands that also work alone.

PORT ?= 8417
# The version of wasm-bindgen in Cargo.lock; its command line must be the very same.
WASM_BINDGEN_VERSION := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/version = "\(.*\)"/\1/p;}' Cargo.lock)
WASM_BINDGEN := target/tools/wasm-bindgen-$(WASM_BINDGEN_VERSION)/bin/wasm-bindgen
WASM := target/wasm32-unknown-unknown/web/chromaflow.wasm
# Mesa's software Vulkan driver, for the GPU kernels' tests: Chromium's own has no f16. A machine's own driver can be named instead.
VULKAN_DRIVER ?= $(shell ls /usr/share/vulkan/icd.d/lvp_icd.*.json)

BENCH_PACKAGES := tests/bench/web/node_modules
BENCH_PARTS := $(BENCH_PACKAGES)/.package-lock.json
BENCH_ONNX := target/bench/f.onnx

.PHONY: demonstration serve test generated failing screenshots check check-native check-wasm check-page test-native test-page page wasm colorize samples bench bench-native bench-web \
	bench-kit cuda train-kit rust-parts node-parts browser-parts clean

# A folder that `trainer export` wrote, to be used by the page instead of the published weights.
WEIGHTS ?= weights
export WEIGHTS := $(abspath $(WEIGHTS))

## Builds the page and serves it on localhost: make serve [WEIGHTS=folder]
serve: page
	cd www && npx vite preview --host localhost --port $(PORT)

## Runs every check and every test, the browser's included.
test: check test-native test-page

## Formatting, lints and documentation; warnings are errors.
check: check-native check-wasm check-page

check-native: rust-parts
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features trainer/cuda -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --features trainer/cuda

check-wasm: rust-parts
	cargo clippy --profile web --target wasm32-unknown-unknown -p chromaflow --features web --lib -- -D warnings

check-page: wasm node-parts
	cd www && npm run check

test-native: rust-parts browser-parts
	CHROMAFLOW_VULKAN=required VK_ICD_FILENAMES=$(VULKAN_DRIVER) cargo test --workspace

test-page: page browser-parts
	node --test --test-concurrency=1 --test-reporter spec tests/page/*.test.mjs tests/browser/*.test.mjs

## Gives the page inputs that nobody thought of: make generated [MANY=500] [FIRST=1]
generated: page browser-parts
	node tests/browser/generated.mjs $(or $(MANY),500) $(or $(FIRST),1)

## Gives the page the files that have once come out wrong, where they are kept beside the project.
failing: page browser-parts
	node --test --test-concurrency=1 --test-reporter spec tests/browser/failing.test.mjs

## Pictures of every state of the page in target/screenshots, in four widths, light and dark.
screenshots: page browser-parts
	node tests/browser/screenshots.mjs

## Colours a clip on the real page in headless Chromium: make colorize IN=clip OUT=file [SIZE=128] [PASSES=1]
## [DEVICE=cpu|webgpu] [PRESET=lite] [CANDIDATE=auto|1..4] [WEIGHTS=folder]
colorize: page browser-parts
	@node tests/browser/colorize.mjs "$(IN)" "$(OUT)" $(if $(SIZE),--size $(SIZE)) $(if $(PASSES),--passes $(PASSES)) \
		$(if $(DEVICE),--device $(DEVICE)) $(if $(PRESET),--preset $(PRESET)) $(if $(CANDIDATE),--candidate $(CANDIDATE))

## The film of the README and of the start page: colours corrected, recorded from the page.
demonstration: page browser-parts
	node tests/browser/demonstration.mjs

## The film on the start page, coloured by the published weights.
samples: rust-parts browser-parts
	cargo run --release -p trainer -- colorize www/public/samples/trucks.mp4 www/public/samples/trucks-colored.mp4 --size 192 --passes 2

## Kernels and networks, f beside onnxruntime-web, memory of a long clip beside a short one's, an hour of film (a quarter of an hour), a first visit, and who waits for whom; with
## CLIPS="a.mp4 b.mp4" also what those clips keep of themselves.
bench: bench-native bench-web page browser-parts
	node tests/bench/memory.mjs
	node tests/bench/hour.mjs
	node tests/bench/first-load.mjs
	node tests/bench/overlap.mjs
	node tests/bench/start.mjs
	$(if $(CLIPS),mkdir -p target/bench && node tests/bench/fidelity.mjs target/bench $(CLIPS))

## Each kernel beside Burn's own operation, and each network, on the devices that are there:
## make bench-native [BENCH_SIZES=854x480] [BENCH_PRESET=paper] [KERNELS="convolution_3x3 --sample-count 10"]
bench-native: rust-parts
	cargo bench --workspace --bench kernels -- $(KERNELS)

## f beside onnxruntime-web under Node and Dawn: make bench-web [BENCH="--devices webgpu --sizes 448x256"] [WEIGHTS=folder]
bench-web: wasm $(BENCH_ONNX) $(BENCH_PARTS)
	node tests/bench/web/web.mjs --weights $(WEIGHTS) $(BENCH)

## target/bench/kit.tar.gz: that benchmark for an x86-64 Linux machine that has a GPU, Node, and nothing else. There: tar xf
## kit.tar.gz && node tests/bench/web/web.mjs
bench-kit: wasm $(BENCH_ONNX) $(BENCH_PARTS)
	git describe --always --dirty > target/bench/commit
	tar czf target/bench/kit.tar.gz --transform 's|^target/bench/commit|commit|' target/bench/commit $(BENCH_ONNX) www/wasm \
		weights/manifest.json weights/lite $(wildcard tests/bench/web/*.mjs) $(addprefix $(BENCH_PACKAGES)/, \
		webgpu/package.json webgpu/index.js webgpu/dist/linux-x64 onnxruntime-web/package.json \
		onnxruntime-web/dist/ort.wasm.bundle.min.mjs onnxruntime-web/dist/ort.webgpu.bundle.min.mjs \
		$(addprefix onnxruntime-web/dist/ort-wasm-simd-threaded., mjs wasm asyncify.mjs asyncify.wasm))

$(BENCH_ONNX): $(WEIGHTS)/manifest.json
	mkdir -p $(@D)
	cargo run --release -p trainer -- export --out $(WEIGHTS) --preset lite --onnx $@

$(BENCH_PARTS): tests/bench/web/package-lock.json
	cd tests/bench/web && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json

## The built page in www/dist.
page: wasm node-parts
	cd www && npm run --silent build

## The engine in www/wasm.
wasm: rust-parts $(WASM_BINDGEN)
	cargo build --profile web --target wasm32-unknown-unknown -p chromaflow --features web
	$(WASM_BINDGEN) --target web --remove-name-section --out-dir www/wasm $(WASM)

# Without optimisation it is there in less than half the time, and makes the same files 6 seconds later.
$(WASM_BINDGEN):
	CARGO_PROFILE_DEV_DEBUG=0 cargo install --debug --bin wasm-bindgen wasm-bindgen-cli --version $(WASM_BINDGEN_VERSION) \
		--root target/tools/wasm-bindgen-$(WASM_BINDGEN_VERSION)

rust-parts:
	@rustup target list --installed | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
	@cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 || rustup component add rustfmt clippy

node-parts: www/node_modules/.package-lock.json

www/node_modules/.package-lock.json: www/package-lock.json
	cd www && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json

# Chromium runs the page's tests, ffmpeg makes their clips, libvulkan and Mesa carry the GPU kernels' tests.
browser-parts:
	@tests/browser/install.sh

## The trainer for NVIDIA GPUs, in a target folder of its own: other features would rebuild everything.
cuda: rust-parts
	cargo build --release -p trainer --features cuda --target-dir target/cuda

# PyTorch's folder on this machine, of the version that the GPU server has, with CUDA: headers and libraries are linked, but not those
# of CUDA, which may be missing here.
TORCH ?= $(shell python3 -c 'import importlib.util as find; print(find.find_spec("torch").submodule_search_locations[0])')

## target/kit: a training for a GPU server that has Python with PyTorch and nothing else: make train-kit DATA=photographs
## TORCH=site-packages/torch [LARGE=efficientnet-lite2.safetensors] [WEIGHTS=folder]; trainer/kit/visit.sh says how it is used.
train-kit: rust-parts
	LIBTORCH=$(TORCH) LIBTORCH_BYPASS_VERSION_CHECK=1 LIBTORCH_CXX11_ABI=1 cargo build --release -p trainer --features libtorch \
		--target-dir target/libtorch --config 'target.x86_64-unknown-linux-gnu.rustflags=["-C","link-arg=-Wl,--allow-shlib-undefined"]'
	rm -rf target/kit && mkdir -p target/kit
	strip -o target/kit/trainer target/libtorch/release/trainer && xz -T0 target/kit/trainer
	cp -r trainer/kit/*.toml trainer/kit/visit.sh trainer/kit/unpack.py target/kit/
	cp trainer/benches/*step.py $(addprefix tests/fixtures/networks/,colorization.py efficientnet.py) target/kit/
	cp -r $(WEIGHTS) target/kit/weights
	$(if $(LARGE),cp $(LARGE) target/kit/large.safetensors)
	python3 trainer/kit/pack.py $(DATA) target/kit
	ls -l target/kit

clean:
	rm -rf target www/dist www/wasm www/node_modules $(BENCH_PACKAGES)
