#!/usr/bin/env python3
"""The training step in plain PyTorch, to compare Rankstream's with.

    rankstream bench step --against "python3 lab/python/pytorch_step.py"

starts it with --serve and the same network, batch, loss, optimizer and threads, and lets the two processes run in turn.
Alone, it prints its steps a second:

    python3 lab/python/pytorch_step.py --backbone resnet18 --channels 3 --size 64

A step takes pixels as bytes, as a consumer that decodes images has them, and reads the loss. --precision bfloat16 turns
autocast on, --channels-last lays the channels of a pixel side by side: together the fastest that PyTorch offers on
processors with instructions for bfloat16. --device cuda computes on a GPU; with bfloat16 also with TF32 and with kernels
that cuDNN tries, as Rankstream does. --processes N trains one model in N processes, each with a batch of its own and
--threads threads (DistributedDataParallel over gloo), and counts the batches of all. With --topic the batches come from
Kafka, through a plain consumer. Needs torch, torchvision for all networks but small-cnn, and for --topic what
kafka_images.py names.
"""
import argparse
import json
import os
import sys
import tempfile
import time

# OpenBLAS in Debian's torch brings threads of its own, which fight with those of the convolutions.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

LOSSES = ("none", "triplet-semi-hard", "triplet-hard", "center")
BACKBONES = ("small-cnn", "resnet18", "resnet34", "resnet50", "mobilenet-v2")
MARGIN = 0.2
CENTER_LAMBDA, CENTER_RATE = 0.003, 0.5
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class TwoHeads(nn.Module):
    """Average pool to classes, and flattened map to an embedding of unit length."""

    def __init__(self, options):
        super().__init__()
        self.backbone, channels = backbone(options.backbone, options.channels)
        with torch.no_grad():
            maps = self.backbone(torch.zeros(2, options.channels, options.size, options.size))
        self.classifier = nn.Linear(channels, options.classes)
        self.embedding = nn.Linear(maps[0].numel(), options.dimension)
        nn.init.xavier_uniform_(self.embedding.weight)
        nn.init.zeros_(self.embedding.bias)

    def forward(self, images, embeds):
        maps = self.backbone(images)
        logits = self.classifier(maps.mean((2, 3)))
        return logits, F.normalize(self.embedding(maps.flatten(1)), eps=1e-5) if embeds else None


def backbone(name, channels):
    if name == "small-cnn":
        layers = []
        for i, (inputs, outputs) in enumerate(((channels, 16), (16, 32), (32, 64))):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
            if i < 2:
                layers.append(nn.MaxPool2d(2))
        return nn.Sequential(*layers), 64
    import torchvision

    net = getattr(torchvision.models, name.replace("-", "_"))()
    if name == "mobilenet-v2":
        if channels != 3:
            net.features[0][0] = nn.Conv2d(channels, 32, 3, stride=2, padding=1, bias=False)
        return net.features, net.last_channel
    if channels != 3:
        net.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
    return nn.Sequential(*list(net.children())[:-2]), net.fc.in_features


def squared_distances(embeddings):
    squares = embeddings.square().sum(1)
    distances = squares[:, None] + squares[None, :] - 2 * embeddings @ embeddings.t()
    return distances.clamp_min(0).masked_fill(torch.eye(len(embeddings), dtype=torch.bool, device=embeddings.device), 0)


def pairs(labels):
    same = labels[:, None] == labels[None, :]
    return same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device), ~same


def triplet_hard(embeddings, labels):
    distances = squared_distances(embeddings)
    positive, negative = pairs(labels)
    farthest = (distances * positive).max(1)[0]
    nearest = distances.masked_fill(~negative, float("inf")).min(1)[0]
    return F.relu(farthest - nearest + MARGIN).mean()


def triplet_semi_hard(embeddings, labels):
    distances = squared_distances(embeddings)
    positive, negative = pairs(labels)
    beyond = negative[:, None, :] & (distances[:, None, :] > distances[:, :, None])
    nearest_beyond = distances[:, None, :].expand_as(beyond).masked_fill(~beyond, float("inf")).min(2)[0]
    farthest = distances.masked_fill(~negative, -1).max(1, keepdim=True)[0].expand_as(distances)
    chosen = torch.where(beyond.any(2), nearest_beyond, farthest)
    return F.relu(distances - chosen + MARGIN)[positive].sum() / positive.sum()


class Center:
    def __init__(self, classes, dimension, device):
        self.rows = torch.randn(classes, dimension, device=device)

    def __call__(self, embeddings, labels):
        own = self.rows[labels]
        loss = CENTER_LAMBDA * 0.5 * (embeddings - own).square().sum()
        with torch.no_grad():
            counts = torch.bincount(labels, minlength=len(self.rows))[labels].float()[:, None]
            self.rows.index_add_(0, labels, CENTER_RATE * (embeddings - own) / (1 + counts))
        return loss


class Training:
    def __init__(self, options):
        torch.manual_seed(0)
        self.options = options
        if options.precision == "bfloat16":  # of GPUs; a CPU has no such kernels
            torch.backends.cuda.matmul.allow_tf32 = True
            torch.backends.cudnn.benchmark = True
        self.model = TwoHeads(options).train()
        self.layout = torch.channels_last if options.channels_last else torch.contiguous_format
        self.model.to(device=options.device, memory_format=self.layout)
        if options.optimizer == "sgd":
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.9)
        else:
            self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.001, weight_decay=0)
        self.run = self.model
        if options.processes > 1:
            self.run = nn.parallel.DistributedDataParallel(self.model, find_unused_parameters=options.loss == "none")
        self.ranking = {
            "none": None,
            "triplet-semi-hard": triplet_semi_hard,
            "triplet-hard": triplet_hard,
            "center": Center(options.classes, options.dimension, options.device),
        }[options.loss]
        count = options.classes * options.images
        shape = (count, options.channels, options.size, options.size)
        self.pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        self.labels = torch.arange(count, device=options.device) // options.images
        self.source = None
        if options.topic:
            from kafka_images import KafkaImages

            self.source = KafkaImages(options.bootstrap_servers, options.topic, options.channels, options.size)
        self.mean = torch.tensor(MEAN[: options.channels]).reshape(1, -1, 1, 1).to(options.device)
        self.deviation = torch.tensor(DEVIATION[: options.channels]).reshape(1, -1, 1, 1).to(options.device)

    def images(self):
        x = torch.from_numpy(self.pixels).to(self.options.device).contiguous(memory_format=self.layout).float()
        if self.options.normalization == "half-range":
            return x.div_(127.5).sub_(1)
        return x.div_(255).sub_(self.mean).div_(self.deviation)

    def step(self):
        if self.source:
            self.pixels, numbers = self.source.batch(len(self.labels))
            self.labels = torch.from_numpy(numbers).to(self.options.device)
        with torch.autocast(self.options.device, torch.bfloat16, enabled=self.options.precision == "bfloat16"):
            logits, embeddings = self.run(self.images(), self.ranking is not None)
        loss = F.cross_entropy(logits.float(), self.labels)
        if self.ranking is not None:
            loss = loss + self.ranking(embeddings.float(), self.labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def window(self, seconds):
        """Runs steps for a while, at least one; also tells the CPU time that all threads of this process took."""
        start, cpu, steps = time.perf_counter(), time.process_time(), 0
        while True:
            self.step()
            steps += 1
            elapsed = time.perf_counter() - start
            if self.agree(elapsed >= seconds):
                return {"steps": steps * self.options.processes, "seconds": elapsed, "cpu": time.process_time() - cpu}

    def agree(self, done):
        """What the first process says: all have to take the same steps."""
        if self.options.processes == 1:
            return done
        word = torch.tensor([int(done)])
        torch.distributed.broadcast(word, 0)
        return bool(word.item())


def parse():
    parser = argparse.ArgumentParser(description="The two-head training step in plain PyTorch")
    parser.add_argument("--backbone", choices=BACKBONES, default="small-cnn")
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--size", type=int, default=28, help="height and width")
    parser.add_argument("--normalization", choices=("half-range", "imagenet"), default="half-range")
    parser.add_argument("--dimension", type=int, default=256, help="values in an embedding")
    parser.add_argument("--loss", choices=LOSSES, default="triplet-semi-hard")
    parser.add_argument("--optimizer", choices=("sgd", "adamw"), default="sgd")
    parser.add_argument("--classes", type=int, default=8, help="P")
    parser.add_argument("--images", type=int, default=4, help="K")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--channels-last", action="store_true", help="layout of weights and images")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--processes", type=int, default=1, help="processes that train the model together")
    parser.add_argument("--topic", help="topic of labelled images to train on, instead of noise")
    parser.add_argument("--bootstrap-servers", default="localhost:9092")
    parser.add_argument("--windows", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--serve", action="store_true", help="run windows as asked on the standard input")
    return parser.parse_args()


def name(options):
    words = [f"PyTorch {torch.__version__}"]
    if options.device != "cpu":
        words.append(torch.cuda.get_device_name())
    if options.precision != "float32":
        words.append(options.precision)
    if options.channels_last:
        words.append("channels last")
    if options.processes > 1:
        words.append(f"{options.processes} processes")
    if options.topic:
        words.append("from Kafka")
    if "MALLOC_ARENA_MAX" in os.environ:
        words.append("memory kept")
    return ", ".join(words)


def windows(options):
    """The lengths of the windows to run, with the function that reports one."""
    if options.serve:
        print(json.dumps({"name": name(options), "threads": torch.get_num_threads()}), flush=True)
        for line in sys.stdin:
            yield float(line), lambda window: print(json.dumps(window), flush=True)
        return
    rates = []
    yield 1, lambda window: None
    for _ in range(options.windows):
        yield options.seconds, lambda window: rates.append(window["steps"] / window["seconds"])
    print(f"{sorted(rates)[len(rates) // 2]:.2f} steps/s ({name(options)}; {torch.get_num_threads()} threads)")


def train(rank, options):
    torch.set_num_threads(options.threads)
    if options.processes > 1:
        torch.distributed.init_process_group("gloo", rank=rank, world_size=options.processes, init_method=options.rendezvous)
    training = Training(options)
    if rank == 0:
        for seconds, report in windows(options):
            training.agree(False)
            report(training.window(seconds))
        training.agree(True)
    else:
        while not training.agree(False):
            training.window(0)


def main():
    options = parse()
    if options.processes == 1:
        train(0, options)
        return
    with tempfile.TemporaryDirectory() as directory:
        options.rendezvous = f"file://{directory}/rendezvous"
        context = torch.multiprocessing.get_context("spawn")
        for rank in range(1, options.processes):
            context.Process(target=train, args=(rank, options), daemon=True).start()
        train(0, options)


if __name__ == "__main__":
    main()
