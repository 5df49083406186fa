"""Drawing: colours that can be told apart, backgrounds, fonts, shapes, noise."""
import functools
import math
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from words import COLOURS

# Debian: fonts-dejavu-core, fonts-liberation. DEMO_FONTS names another folder that holds the same files.
FONT_FOLDERS = (os.environ.get("DEMO_FONTS", ""), "/usr/share/fonts/truetype/dejavu",
                "/usr/share/fonts/truetype/liberation")
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansMono",
         "LiberationSans-Regular", "LiberationSans-Bold", "LiberationSans-Italic", "LiberationSerif-Regular",
         "LiberationSerif-Bold", "LiberationSerif-Italic", "LiberationMono-Regular", "LiberationMono-Bold")
PLAIN_FONTS = ("DejaVuSans", "LiberationSans-Regular", "LiberationSans-Bold", "LiberationSerif-Regular")


@functools.lru_cache(maxsize=1024)
def font(name, size):
    for folder in FONT_FOLDERS:
        path = os.path.join(folder, name + ".ttf")
        if folder and os.path.exists(path):
            return ImageFont.truetype(path, size)
    raise FileNotFoundError(f"{name}.ttf is in none of {FONT_FOLDERS}: install fonts-dejavu-core and fonts-liberation")


def choose(rng, options):
    return options[int(rng.integers(len(options)))]


def distance(a, b):
    return math.dist(a, b)


def luminance(rgb):
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]


def jitter(rng, rgb, amount=14):
    return tuple(int(np.clip(v + rng.integers(-amount, amount + 1), 0, 255)) for v in rgb)


def picture_size(rng, smallest=128, largest=448, ratio=2.6):
    """Width and height, log-uniform, so that small pictures are as common as large ones."""
    while True:
        width, height = np.exp(rng.uniform(math.log(smallest), math.log(largest + 1), 2)).astype(int)
        if max(width, height) <= ratio * min(width, height):
            break
    if rng.random() < 0.7:  # most need no resizing: sides that are multiples of 32
        width, height = (max(smallest, int(round(v / 32)) * 32) for v in (width, height))
    return min(int(width), largest), min(int(height), largest)


def background(rng, size):
    """A plain or slowly changing picture, and its mean colour."""
    kind = rng.random()
    if kind < 0.45:
        base = tuple(int(v) for v in rng.integers(205, 256, 3))
    elif kind < 0.75:
        base = tuple(int(v) for v in rng.integers(0, 256, 3))
    else:
        base = tuple(int(v) for v in rng.integers(0, 70, 3))
    if rng.random() < 0.75:
        return Image.new("RGB", size, base), base
    other = jitter(rng, base, 40)
    ramp = np.linspace(0, 1, 64, dtype=np.float32)
    ramp = ramp[None, :, None] if rng.random() < 0.5 else ramp[:, None, None]
    pixels = (np.float32(base) * (1 - ramp) + np.float32(other) * ramp).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(pixels)).resize(size), tuple((a + b) // 2 for a, b in zip(base, other))


@functools.lru_cache(maxsize=1)
def noise_bank():
    return np.random.default_rng(7).standard_normal(1 << 22).astype(np.float32)


def add_noise(rng, image, sigma):
    pixels = np.asarray(image)
    bank = noise_bank()
    start = int(rng.integers(len(bank) - pixels.size))
    noisy = pixels + np.float32(sigma) * bank[start:start + pixels.size].reshape(pixels.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def weather(rng, image):
    """Now and then the noise of a camera."""
    return add_noise(rng, image, rng.uniform(2, 14)) if rng.random() < 0.3 else image


def colours_apart(rng, count, from_rgb, least=85):
    """`count` distinct colour names, each told apart from the background."""
    names = [name for name, (rgb, _) in COLOURS.items() if distance(rgb, from_rgb) > least]
    return [names[i] for i in rng.permutation(len(names))[:count]]


def draw_shape(draw, shape, box, fill):
    """Draws into box = (x1, y1, x2, y2), square, and returns the box that the ink fills."""
    x1, y1, x2, y2 = box
    cx, cy, half = (x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / 2
    if shape == "circle":
        draw.ellipse(box, fill=fill)
    elif shape == "square":
        draw.rectangle(box, fill=fill)
    elif shape == "triangle":
        draw.polygon([(cx, y1), (x2, y2), (x1, y2)], fill=fill)
    elif shape == "diamond":
        draw.polygon([(cx, y1), (x2, cy), (cx, y2), (x1, cy)], fill=fill)
    elif shape == "cross":
        arm = max(2.0, half * 0.34)
        draw.rectangle((cx - arm, y1, cx + arm, y2), fill=fill)
        draw.rectangle((x1, cy - arm, x2, cy + arm), fill=fill)
    elif shape == "ring":
        draw.ellipse(box, outline=fill, width=max(3, int(half * 0.4)))
    elif shape == "star":
        points = []
        for k in range(10):
            radius = half if k % 2 == 0 else half * 0.42
            angle = math.pi * k / 5 - math.pi / 2
            points.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
        draw.polygon(points, fill=fill)
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        return (min(xs), min(ys), max(xs), max(ys))
    else:
        raise ValueError(shape)
    return box


def thousandths(box, size):
    """Pixels to Qwen3-VL's 0–1000 coordinates, in the order x, y, x, y …"""
    return [int(round(v * 1000 / size[k % 2])) for k, v in enumerate(box)]


def new_draw(image):
    return ImageDraw.Draw(image)
