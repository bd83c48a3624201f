"""Writes a PyTorch file of weights anew, as safetensors, with every tensor in the order of its shape:

    pip install torch safetensors && python contiguous.py efficientnet-lite0-57934424.pth efficientnet-lite0.safetensors

Some published files were converted from TensorFlow and hold their kernels transposed, behind strides that other readers ignore.
"""

import sys

import torch
from safetensors.torch import save_file


def main():
    source, target = sys.argv[1:]
    state = torch.load(source, map_location="cpu", weights_only=True)
    save_file({name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in state.items()}, target)


if __name__ == "__main__":
    main()
