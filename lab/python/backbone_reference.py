#!/usr/bin/python3
"""Reference values for the backbones, computed with torch and torchvision in float64.

Run with Debian's python3-torch and python3-torchvision from the repository root:

    OMP_NUM_THREADS=2 /usr/bin/python3 lab/python/backbone_reference.py [name ...]

Each backbone gets one file in model/src/test/resources/backbones. Weights and images are no files:
both sides compute them from the name of the array and the position of the value, see `uniform`.
With --weights FILE and one name, the weights also go into a safetensors file.
"""

import argparse
import json
import math
import pathlib
import struct
import zlib

import numpy as np
import torch
import torchvision
from torch import nn

FOLDER = pathlib.Path(__file__).parent.parent.parent / "model/src/test/resources/backbones"
BATCH = 2
SAMPLES = 100


def uniform(name, size):
    """Values in [-1, 1): splitmix64 with the CRC32 of the name as seed, upper 53 bits."""
    with np.errstate(over="ignore"):
        z = np.arange(1, size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z += np.uint64(zlib.crc32(name.encode()))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1


def array(name, shape):
    """The value of a parameter or running statistic."""
    u = uniform(name, math.prod(shape)).reshape(shape)
    if len(shape) == 4:
        return u * math.sqrt(4.5 / math.prod(shape[1:]))
    if name.endswith("running_var"):
        return 1 + 0.5 * u
    if name.endswith("running_mean") or name.endswith("bias"):
        return 0.1 * u
    return 1 + 0.1 * u


# --- Inception-v4 (Szegedy et al. 2016, figures 3 to 9) with timm's names ------------------------


class Unit(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


def reduce_(inputs, outputs):
    return Unit(inputs, outputs, 1)


def row(inputs, outputs, width):
    return Unit(inputs, outputs, (1, width), padding=(0, width // 2))


def column(inputs, outputs, height):
    return Unit(inputs, outputs, (height, 1), padding=(height // 2, 0))


def square(inputs, outputs):
    return Unit(inputs, outputs, 3, padding=1)


def average_then(inputs, outputs):
    pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    return nn.Sequential(pool, reduce_(inputs, outputs))


def max_pool():
    return nn.MaxPool2d(3, stride=2)


class Filters(nn.Module):
    """Children beside each other, in order of declaration."""

    def __init__(self, **branches):
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], 1)


class InceptionC(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch0 = reduce_(1536, 256)
        self.branch1_0 = reduce_(1536, 384)
        self.branch1_1a = row(384, 256, 3)
        self.branch1_1b = column(384, 256, 3)
        self.branch2_0 = reduce_(1536, 384)
        self.branch2_1 = column(384, 448, 3)
        self.branch2_2 = row(448, 512, 3)
        self.branch2_3a = row(512, 256, 3)
        self.branch2_3b = column(512, 256, 3)
        self.branch3 = average_then(1536, 256)

    def forward(self, x):
        short = self.branch1_0(x)
        long = self.branch2_2(self.branch2_1(self.branch2_0(x)))
        return torch.cat(
            [
                self.branch0(x),
                self.branch1_1a(short),
                self.branch1_1b(short),
                self.branch2_3a(long),
                self.branch2_3b(long),
                self.branch3(x),
            ],
            1,
        )


def inception_a():
    return Filters(
        branch0=reduce_(384, 96),
        branch1=nn.Sequential(reduce_(384, 64), square(64, 96)),
        branch2=nn.Sequential(reduce_(384, 64), square(64, 96), square(96, 96)),
        branch3=average_then(384, 96),
    )


def inception_b():
    return Filters(
        branch0=reduce_(1024, 384),
        branch1=nn.Sequential(reduce_(1024, 192), row(192, 224, 7), column(224, 256, 7)),
        branch2=nn.Sequential(
            reduce_(1024, 192),
            column(192, 192, 7),
            row(192, 224, 7),
            column(224, 224, 7),
            row(224, 256, 7),
        ),
        branch3=average_then(1024, 128),
    )


class InceptionV4(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [
            Unit(3, 32, 3, stride=2),
            Unit(32, 32, 3),
            square(32, 64),
            Filters(maxpool=max_pool(), conv=Unit(64, 96, 3, stride=2)),
            Filters(
                branch0=nn.Sequential(reduce_(160, 64), Unit(64, 96, 3)),
                branch1=nn.Sequential(
                    reduce_(160, 64), row(64, 64, 7), column(64, 64, 7), Unit(64, 96, 3)
                ),
            ),
            Filters(conv=Unit(192, 192, 3, stride=2), maxpool=max_pool()),
        ]
        layers += [inception_a() for _ in range(4)]
        layers.append(
            Filters(
                branch0=Unit(384, 384, 3, stride=2),
                branch1=nn.Sequential(
                    reduce_(384, 192), square(192, 224), Unit(224, 256, 3, stride=2)
                ),
                branch2=max_pool(),
            )
        )
        layers += [inception_b() for _ in range(7)]
        layers.append(
            Filters(
                branch0=nn.Sequential(reduce_(1024, 192), Unit(192, 192, 3, stride=2)),
                branch1=nn.Sequential(
                    reduce_(1024, 256),
                    row(256, 256, 7),
                    column(256, 320, 7),
                    Unit(320, 320, 3, stride=2),
                ),
                branch2=max_pool(),
            )
        )
        layers += [InceptionC() for _ in range(3)]
        self.features = nn.Sequential(*layers)


# --- ResNet-32 for CIFAR (He et al. 2015, section 4.2, shortcuts of option A) --------------------


class CifarBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.zeros = stride, (outputs - inputs) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        taken = x[:, :, :: self.stride, :: self.stride]
        return torch.relu(y + nn.functional.pad(taken, (0, 0, 0, 0, self.zeros, self.zeros)))


class CifarResNet32(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        inputs = 16
        for stage, width in enumerate((16, 32, 64), start=1):
            blocks = []
            for i in range(5):
                blocks.append(CifarBlock(inputs, width, 2 if stage > 1 and i == 0 else 1))
                inputs = width
            self.add_module(f"layer{stage}", nn.Sequential(*blocks))


def cifar_maps(model, x):
    x = torch.relu(model.bn1(model.conv1(x)))
    for stage in (model.layer1, model.layer2, model.layer3):
        x = stage(x)
    return x, x


# --- the two maps of each backbone ---------------------------------------------------------------


def resnet_maps(model, x):
    x = model.maxpool(model.relu(model.bn1(model.conv1(x))))
    for stage in (model.layer1, model.layer2, model.layer3, model.layer4):
        x = stage(x)
    return x, x


def densenet_maps(model, x):
    embedding = model.features[:-1](x)
    return torch.relu(model.features.norm5(embedding)), embedding


def inception_maps(model, x):
    embedding = model.features[:18](x)
    return model.features[18:](embedding), embedding


def mobilenet_maps(model, x):
    x = model.features(x)
    return x, x


MODELS = torchvision.models
BACKBONES = {
    "resnet18": (MODELS.resnet18, resnet_maps, (64, 96)),
    "resnet32": (CifarResNet32, cifar_maps, (32, 48)),
    "resnet34": (MODELS.resnet34, resnet_maps, (64, 96)),
    "resnet50": (MODELS.resnet50, resnet_maps, (64, 96)),
    "densenet121": (MODELS.densenet121, densenet_maps, (64, 96)),
    "densenet161": (MODELS.densenet161, densenet_maps, (64, 96)),
    "inception-v4": (InceptionV4, inception_maps, (107, 139)),
    "mobilenet-v2": (MODELS.mobilenet_v2, mobilenet_maps, (64, 96)),
}


# --- safetensors: length of the header, header in JSON, values -----------------------------------


def write_safetensors(path, arrays):
    header, offset = {}, 0
    for name, values in arrays.items():
        end = offset + values.size * 4
        header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in arrays.values():
            file.write(np.ascontiguousarray(values, "<f4").tobytes())


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", entry
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        arrays[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    return arrays


# --- reference values ----------------------------------------------------------------------------


def build(create, dtype):
    model = create().to(dtype)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = float(np.float32(module.eps))  # DJL takes ε as a float
    state = model.state_dict()
    for name, values in state.items():
        if values.is_floating_point():
            values.copy_(torch.from_numpy(np.asarray(array(name, tuple(values.shape)))))
    return model


def rounded(value):
    return float("%.11g" % value)


def checksum(name, values):
    """L2 norm, and dot product with the uniform values of the name."""
    flat = values.detach().double().numpy().ravel()
    return [rounded(np.linalg.norm(flat)), rounded(flat @ uniform("check." + name, flat.size))]


def output(name, values):
    flat = values.detach().numpy().ravel()
    positions = np.arange(SAMPLES) * flat.size // SAMPLES
    return {
        "shape": list(values.shape),
        "norm_dot": checksum(name, values),
        "largest": rounded(np.abs(flat).max()),
        "samples": [rounded(value) for value in flat[positions]],
    }


def run(create, maps, size, dtype, training):
    """Outputs, gradients and running statistics after one pass."""
    model = build(create, dtype).train(training)
    shape = (BATCH, 3, *size)
    images = torch.from_numpy(uniform("images", math.prod(shape)).reshape(shape)).to(dtype)
    classification, embedding = maps(model, images)
    pooled = classification.mean((2, 3))
    loss = 0
    for name, values in (("pooled", pooled), ("embedding", embedding)):
        factors = uniform("loss." + name, values.numel()).reshape(values.shape)
        loss = loss + (values * torch.from_numpy(factors).to(dtype)).sum()
    loss.backward()
    gradients = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    statistics = {n: b for n, b in model.named_buffers() if b.is_floating_point()}
    return {"pooled": pooled, "embedding": embedding}, gradients, statistics


def deviation(values, reference):
    return float((values.double() - reference).abs().max() / reference.abs().max())


def reference(name):
    create, maps, size = BACKBONES[name]
    result = {"batch": BATCH, "height": size[0], "width": size[1]}
    lines = {}
    for mode in ("eval", "train"):
        training = mode == "train"
        outputs, gradients, statistics = run(create, maps, size, torch.float64, training)
        single, _, _ = run(create, maps, size, torch.float32, training)
        result[mode] = {key: output(key, values) for key, values in outputs.items()}
        for key, values in gradients.items():
            lines.setdefault(key, []).extend(checksum(key, values))
        norms = [float(values.norm()) for values in gradients.values()]
        result[mode]["largest_gradient_norm"] = rounded(max(norms))
        print(
            f"{name} {mode}:",
            *(f"{key} std {float(values.std()):.3g}" for key, values in outputs.items()),
            f"gradient norms {min(norms):.2g}..{max(norms):.2g}",
            *(f"float32 {key} {deviation(single[key], outputs[key]):.1e}" for key in outputs),
        )
    result["gradients"] = lines  # norm and dot in eval mode, norm and dot in train mode
    result["statistics"] = {key: checksum(key, values) for key, values in statistics.items()}
    return result


def write(path, result):
    """One line for each array."""
    parts = []
    for key, value in result.items():
        text = json.dumps(value, separators=(",", ":"))
        if key in ("gradients", "statistics"):
            text = "{\n" + text[1:-1].replace('],"', '],\n"') + "\n}"
        parts.append(f'"{key}":{text}')
    path.write_text("{" + ",\n".join(parts) + "}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help="; ".join(BACKBONES))
    parser.add_argument("--weights", help="safetensors file for the weights of one backbone")
    options = parser.parse_args()
    names = options.names or list(BACKBONES)
    if options.weights:
        (name,) = names
        state = build(BACKBONES[name][0], torch.float64).state_dict()
        arrays = {k: v.float().numpy() for k, v in state.items() if v.is_floating_point()}
        write_safetensors(options.weights, arrays)
        back = read_safetensors(options.weights)
        assert all(np.array_equal(back[key], values) for key, values in arrays.items())
        return
    for name in names:
        write(FOLDER / f"{name}.json", reference(name))


if __name__ == "__main__":
    main()
