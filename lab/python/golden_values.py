#!/usr/bin/python3
"""Golden values for the regularisation and for the losses on pairs, computed in float64.

Run with Debian's python3-torch and python3-scipy from the repository root:

    /usr/bin/python3 lab/python/golden_values.py

It writes files into model/src/test/resources/golden. The losses are written as loops over anchors, the way the
papers define them; PyTorch gives their gradients. Random numbers of Java come from a second implementation.
"""

import hashlib
import json
import math
import pathlib

import scipy.stats
import torch
import torch.nn.functional as F

FOLDER = pathlib.Path(__file__).parent.parent.parent / "model/src/test/resources/golden"
TOLERANCE = {
    "float64": {"loss_rtol": 1e-09, "loss_atol": 1e-12, "grad_rtol": 1e-08, "grad_atol": 1e-11},
    "float32": {"loss_rtol": 0.0001, "loss_atol": 1e-06, "grad_rtol": 0.001, "grad_atol": 1e-05},
}


def write(name, cases):
    content = {"file": name, "tolerance": TOLERANCE, "cases": cases}
    (FOLDER / f"{name}.json").write_text(json.dumps(content))
    print(f"{name}: {len(cases)} cases")


# --- Random numbers of Java ----------------------------------------------------------------------

LONG = (1 << 64) - 1


class SplittableRandom:
    """java.util.SplittableRandom: a counter that steps by gamma, scrambled (Steele et al. 2014)."""

    def __init__(self, seed, gamma=0x9E3779B97F4A7C15):
        self.seed = seed & LONG
        self.gamma = gamma

    def _next(self):
        self.seed = (self.seed + self.gamma) & LONG
        return self.seed

    def next_long(self):
        """64 bits, without sign."""
        z = self._next()
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & LONG
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & LONG
        return z ^ (z >> 31)

    def next_int(self):
        """32 bits, without sign."""
        z = self._next()
        z = ((z ^ (z >> 33)) * 0x62A9D9ED799705F5) & LONG
        return (((z ^ (z >> 28)) * 0xCB24D0A5C88C35B3) & LONG) >> 32

    def below(self, bound):
        bits = self.next_int()
        if bound & (bound - 1) == 0:
            return bits & (bound - 1)
        while True:
            bits >>= 1
            value = bits % bound
            if bits + bound - 1 - value < 1 << 31:
                return value
            bits = self.next_int()

    def next_double(self):
        return (self.next_long() >> 11) * 2.0**-53

    def split(self):
        seed = self.next_long()
        z = self._next()
        z = ((z ^ (z >> 33)) * 0xFF51AFD7ED558CCD) & LONG
        z = ((z ^ (z >> 33)) * 0xC4CEB9FE1A85EC53) & LONG
        z = (z ^ (z >> 33)) | 1
        return SplittableRandom(seed, z if bin(z ^ (z >> 1)).count("1") >= 24 else z ^ 0xAAAAAAAAAAAAAAAA)


# --- Random erasing (Zhong et al. 2017, algorithm 1) ---------------------------------------------


def rounded(x):
    return max(1, math.floor(x + 0.5))


def rectangle(random, height, width):
    while True:
        area = height * width * (0.02 + (0.4 - 0.02) * random.next_double())
        ratio = 0.3 + (1 / 0.3 - 0.3) * random.next_double()
        h, w = rounded(math.sqrt(area * ratio)), rounded(math.sqrt(area / ratio))
        x, y = random.below(width), random.below(height)
        if x + w <= width and y + h <= height:
            return y, x, h, w


def erased(seed, channels, height, width, probability):
    pixels = bytearray((31 * i) % 256 for i in range(channels * height * width))
    random = SplittableRandom(seed)
    random.below(1)  # the crop
    random.below(1)
    random = random.split()
    if random.next_double() >= probability:
        return None, pixels
    y, x, h, w = rectangle(random, height, width)
    for c in range(channels):
        for row in range(y, y + h):
            for column in range(x, x + w):
                pixels[(c * height + row) * width + column] = random.next_int() % 256
    return [y, x, h, w], pixels


def random_erasing():
    cases = []
    for seed in [*range(12), -1, 123456789012345, -(2**63)]:
        for channels, height, width, probability in ((1, 28, 28, 1), (3, 32, 24, 0.5)):
            box, pixels = erased(seed, channels, height, width, probability)
            cases.append(
                {
                    "name": f"{channels}x{height}x{width}_seed_{seed}",
                    "params": {
                        "seed": seed,
                        "channels": channels,
                        "height": height,
                        "width": width,
                        "erase": probability,
                    },
                    "expected": {"top_left_height_width": box, "sha256": hashlib.sha256(pixels).hexdigest()},
                }
            )
    write("random_erasing", cases)


# --- Label smoothing (Szegedy et al. 2016, section 7) --------------------------------------------


def normal(*shape, seed):
    """Standard normal values that float32 holds exactly, for tests at both precisions."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def label_smoothing():
    cases = []
    plain = ((8, 5, 0.0, False), (8, 5, 0.1, False), (16, 3, 0.4, False))
    adjusted_too = ((8, 5, 0.1, True), (16, 3, 0.4, True), (4, 20, 0.05, True), (3, 1, 0.1, True))
    for index, (images, classes, smoothing, adjusted) in enumerate(plain + adjusted_too):
        logits = (2 * normal(images, classes, seed=index)).requires_grad_()
        labels = torch.arange(images) * 7 % classes
        term = normal(classes, seed=100 + index) if adjusted else torch.zeros(classes).double()
        target = (1 - smoothing) * F.one_hot(labels, classes).double() + smoothing * term.softmax(0)
        loss = F.cross_entropy(logits + term, target)
        if not adjusted:
            assert torch.allclose(loss, F.cross_entropy(logits, labels, label_smoothing=smoothing), rtol=1e-14, atol=0)
        loss.backward()
        cases.append(
            {
                "name": f"{images}x{classes}_smoothing_{smoothing}_{'adjusted' if adjusted else 'plain'}",
                "params": {"smoothing": smoothing, "adjusted": adjusted},
                "labels": labels.tolist(),
                "logits": logits.tolist(),
                "term": term.tolist(),
                "expected": {"loss": loss.item(), "grad_logits": logits.grad.tolist()},
            }
        )
    write("label_smoothing", cases)


# --- Mixup (Zhang et al. 2018) -------------------------------------------------------------------


def mixing(alpha, share, seed, step, images):
    random = SplittableRandom(SplittableRandom(seed).next_long() + step).split()
    if random.next_double() >= share:
        return {"step": step, "weight": None}
    while True:
        x, y = ((1 - random.next_double()) ** (1 / alpha) for _ in range(2))
        if x + y <= 1:
            break
    partners = []
    for i in range(images):
        place = random.below(i + 1)
        partners.append(i)
        partners[i], partners[place] = partners[place], i
    return {"step": step, "weight": x / (x + y), "partners": partners}


def mixup():
    cases = []
    for alpha, share, seed in ((0.2, 0.5, 42), (1.0, 1.0, -7), (4.0, 0.9, 2**40)):
        steps = [mixing(alpha, share, seed, step, 8) for step in (*range(20), 10**12)]
        cases.append(
            {
                "name": f"alpha_{alpha}_share_{share}_seed_{seed}",
                "params": {"alpha": alpha, "share": share, "seed": seed},
                "expected": {"steps": steps},
            }
        )
    for alpha in (0.05, 0.2, 1.0, 2.5, 4.0):
        bounds = (0.001, 0.1, 0.3, 0.5, 0.8, 0.99)
        below = [{"bound": bound, "share": scipy.stats.beta.cdf(bound, alpha, alpha)} for bound in bounds]
        cases.append({"name": f"alpha_{alpha}_quantiles", "params": {"alpha": alpha}, "expected": {"below": below}})
    write("mixup", cases)


# --- Losses on pairs, anchor by anchor -----------------------------------------------------------


def supervised_contrastive(e, labels, temperature):
    """Khosla et al. 2020, equation 2: loss, its counts, and whether float32 sees each pair's loss."""
    count = len(labels)
    losses, pairs, active, clear = [], 0, 0, True
    for i in range(count):
        positives = [p for p in range(count) if p != i and labels[p] == labels[i]]
        if not positives or len(set(labels)) == 1:
            continue
        others = torch.stack([e[i] @ e[a] / temperature for a in range(count) if a != i])
        terms = [torch.logsumexp(others, 0) - e[i] @ e[p] / temperature for p in positives]
        losses.append(sum(terms) / len(positives))
        pairs += len(positives)
        active += sum(bool(term > 0) for term in terms)
        clear &= all(term > 1e-5 for term in terms)
    return sum(losses) / len(losses) if losses else 0 * e.sum(), pairs, active, bool(clear)


def multi_similarity(e, labels, alpha=2, beta=50, base=0.5, tolerance=0.1):
    """Wang et al. 2019, equations 10, 11 and 15: loss, its counts, and whether no pair is near its bound."""
    count = len(labels)
    loss, compared, active, clear = 0 * e.sum(), 0, 0, True
    for i in range(count):
        similar = [e[i] @ e[j] for j in range(count)]
        positives = [similar[j] for j in range(count) if j != i and labels[j] == labels[i]]
        negatives = [similar[j] for j in range(count) if labels[j] != labels[i]]
        if not positives or not negatives:
            continue
        compared += 1
        above, below = max(negatives) + tolerance, min(positives) - tolerance
        hard_positives = [s for s in positives if s < above]
        hard_negatives = [s for s in negatives if s > below]
        clear &= all(abs(s - above) > 1e-4 for s in positives) and all(abs(s - below) > 1e-4 for s in negatives)
        active += bool(hard_positives or hard_negatives)
        if hard_positives:
            loss = loss + torch.log(1 + sum(torch.exp(-alpha * (s - base)) for s in hard_positives)) / alpha
        if hard_negatives:
            loss = loss + torch.log(1 + sum(torch.exp(beta * (s - base)) for s in hard_negatives)) / beta
    return loss / count, compared, active, bool(clear)


BATCHES = {
    "pk8x4": [i // 4 for i in range(32)],
    "pk2x2": [0, 0, 1, 1],
    "uneven": [3, 0, 0, 7, 0, 3, 5, 0, 3],
    "no_positive": [0, 1, 2, 3],
    "one_class": [1, 1, 1],
}


def pair_losses():
    for name, loss, settings, spreads in (
        ("supervised_contrastive", supervised_contrastive, (0.1, 0.05, 1.0), (0.3, 2.0)),
        ("multi_similarity", multi_similarity, (None,), (0.3, 0.8, 1.2, 2.0)),
    ):
        cases = []
        for index, (batch, labels) in enumerate(BATCHES.items()):
            for spread in spreads:  # from clusters apart to one cloud
                for setting in settings:
                    means = normal(10, 16, seed=index)
                    noise = normal(len(labels), 16, seed=50 + index)
                    raw = (means[labels] + spread * noise).float().double().requires_grad_()
                    e = F.normalize(raw, eps=1e-12)
                    value, count, active, clear = loss(e, labels, *([] if setting is None else [setting]))
                    value.backward()
                    suffix = "" if setting is None else f"_t{setting}"
                    cases.append(
                        {
                            "name": f"{batch}_spread_{spread}{suffix}",
                            "params": {} if setting is None else {"temperature": setting},
                            "labels": labels,
                            "embeddings": raw.tolist(),
                            "checks": {"float32_selection_safe": clear},
                            "expected": {
                                "loss": value.item(),
                                "grad": raw.grad.tolist(),
                                "count": count,
                                "active": active,
                            },
                        }
                    )
        write(name, cases)


if __name__ == "__main__":
    random_erasing()
    label_smoothing()
    mixup()
    pair_losses()
