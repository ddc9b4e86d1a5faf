#!/usr/bin/env python3
"""Loads a model file in PyTorch and compares its embeddings with those that Rankstream computed.

    rankstream evaluate --model MODEL --data IMAGES --split train --embeddings embeddings.jsonl
    lab/python/check_export.py MODEL IMAGES embeddings.jsonl

IMAGES is a folder of class folders with PNG images of the model's input size: decoders of JPEG differ in the last bit
of a pixel, and so would the embeddings. Needs torch, torchvision, numpy and Pillow; reads safetensors files itself where
the library is missing. Exits with 1 where a value differs by more than 1e-4.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image

TOLERANCE = 1e-4
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def read(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    try:
        from safetensors.torch import load_file

        return load_file(path), metadata
    except ImportError:
        pass
    weights = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
        weights[name] = torch.from_numpy(values.copy())
    return weights, metadata


class SmallCnn(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        sizes = [channels, 16, 32, 64]
        for i in range(3):
            conv = torch.nn.Conv2d(sizes[i], sizes[i + 1], 3, padding=1, bias=False)
            setattr(self, f"conv{i + 1}", conv)
            setattr(self, f"bn{i + 1}", torch.nn.BatchNorm2d(sizes[i + 1]))

    def forward(self, x):
        for i in range(3):
            x = torch.relu(getattr(self, f"bn{i + 1}")(getattr(self, f"conv{i + 1}")(x)))
            x = torch.nn.functional.max_pool2d(x, 2) if i < 2 else x
        return x


def features(backbone, weights, channels):
    """A function from images to the map that the embedding head flattens, with the weights of the file."""
    if backbone == "small-cnn":
        net = SmallCnn(channels)
        maps = net
    else:
        net = getattr(torchvision.models, backbone.replace("-", "_"))()
        if backbone.startswith("resnet"):
            maps = torch.nn.Sequential(*list(net.children())[:-2])
        elif backbone.startswith("densenet"):
            maps = net.features[:-1]  # before the last BatchNorm
        else:
            maps = net.features
    head = ("fc.", "classifier.", "embedding.")
    state = {name: value for name, value in weights.items() if not name.startswith(head)}
    missing, unexpected = net.load_state_dict(state, strict=False)
    missing = [m for m in missing if not m.startswith(head) and not m.endswith("num_batches_tracked")]
    assert not missing and not unexpected, (missing, unexpected)
    return maps.eval()


def main(model, images, embeddings):
    weights, metadata = read(model)
    architecture = metadata["rankstream.architecture"]
    parts = architecture.split("-")
    at = next(i for i, part in enumerate(parts) if part.count("x") == 2)
    channels = int(parts[at].split("x")[0])
    maps = features("-".join(parts[:at]), weights, channels)
    worst, count = 0.0, 0
    with open(embeddings) as lines, torch.no_grad():
        for line in lines:
            expected = json.loads(line)
            picture = Image.open(Path(images) / expected["id"]).convert("L" if channels == 1 else "RGB")
            x = torch.from_numpy(np.asarray(picture).copy()).float().reshape(picture.height, picture.width, channels)
            x = x.permute(2, 0, 1)[None]
            if "imagenet" in architecture:
                x = (x / 255 - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(DEVIATION).view(1, 3, 1, 1)
            else:
                x = x / 127.5 - 1
            raw = torch.nn.functional.linear(maps(x).flatten(1), weights["embedding.weight"], weights["embedding.bias"])
            found = torch.nn.functional.normalize(raw, eps=1e-5)[0].numpy()
            worst = max(worst, float(np.abs(found - np.array(expected["embedding"])).max()))
            count += 1
    print(f"{architecture}: {count} images, largest difference {worst:.2e} (at most {TOLERANCE:.0e})")
    return 0 if count and worst <= TOLERANCE else 1


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
