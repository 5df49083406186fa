"""Reading: words, numbers and short lines, rotated a little, noisy, of low contrast."""
import numpy as np
from PIL import Image

from drawing import FONTS, add_noise, background, choose, distance, font, luminance, new_draw, picture_size
from words import SYLLABLES, WORDS
from . import Item, Turn, describe_prompt, language, pick


def word(rng):
    if rng.random() < 0.3:  # no word of any list: must be read letter by letter
        text = "".join(choose(rng, SYLLABLES) for _ in range(int(rng.integers(1, 4))))[:9]
    else:
        text = choose(rng, WORDS)
    case = rng.random()
    return text if case < 0.5 else text.capitalize() if case < 0.75 else text.upper()


def number(rng, digits=None):
    digits = digits or int(rng.integers(1, 7))
    value = int(rng.integers(0, 10 ** digits))
    kind = rng.random()
    if kind < 0.15:
        return f"{value / 10:.1f}"
    if kind < 0.2:
        return f"{value % 24:02d}:{(value // 24) % 60:02d}"
    return str(value)


def lines(rng):
    kind = rng.random()
    if kind < 0.35:
        return [word(rng)]
    if kind < 0.6:
        return [number(rng)]
    count = int(rng.integers(1, 4)) if kind > 0.8 else 1
    return [" ".join(word(rng) if rng.random() < 0.85 else number(rng, 2) for _ in range(int(rng.integers(1, 4)))) for _ in range(count)]


def ink_for(rng, base):
    """Black, white or any colour; sometimes of low contrast, never unreadable."""
    least = 60 if rng.random() < 0.25 else 130
    while True:
        rgb = tuple(int(v) for v in rng.integers(0, 256, 3)) if rng.random() < 0.6 else choose(rng, ((0, 0, 0), (255, 255, 255)))
        if abs(luminance(rgb) - luminance(base)) > least * 0.7 or (distance(rgb, base) > 2 * least and abs(luminance(rgb) - luminance(base)) > 40):
            return rgb
        least *= 0.97


def make(rng, metric=None):
    size = picture_size(rng)
    image, base = background(rng, size)
    text = lines(rng)
    name = choose(rng, FONTS)
    longest = max(text, key=len)
    at_20 = max(font(name, 20).getlength(longest), 1.0)
    fits = min(20 * (size[0] * 0.9) / at_20, size[1] * 0.8 / (1.3 * len(text)), 72)
    if fits < 13:
        return make(rng, metric)
    points = int(rng.uniform(13, fits))
    spacing = int(points * 0.35)
    block = "\n".join(text)
    face = font(name, points)
    ink = ink_for(rng, base)
    draw = new_draw(image)
    x1, y1, x2, y2 = draw.multiline_textbbox((0, 0), block, font=face, spacing=spacing)
    width, height = int(x2 - x1) + 4, int(y2 - y1) + 4
    angle = float(rng.uniform(-8, 8)) if rng.random() < 0.3 else 0.0
    if angle:
        layer = Image.new("L", (width, height), 0)
        new_draw(layer).multiline_text((2 - x1, 2 - y1), block, font=face, fill=255, spacing=spacing)
        layer = layer.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
        if layer.width > size[0] or layer.height > size[1]:
            return make(rng, metric)
        at = (int(rng.integers(0, size[0] - layer.width + 1)), int(rng.integers(0, size[1] - layer.height + 1)))
        image.paste(Image.new("RGB", layer.size, ink), at, layer)
    else:
        if width > size[0] or height > size[1]:
            return make(rng, metric)
        at = (int(rng.integers(0, size[0] - width + 1)), int(rng.integers(0, size[1] - height + 1)))
        draw.multiline_text((at[0] + 2 - x1, at[1] + 2 - y1), block, font=face, fill=ink, spacing=spacing)
    if rng.random() < 0.3:
        strength = min(abs(luminance(ink) - luminance(base)), 150) / 10
        image = add_noise(rng, image, rng.uniform(1, max(2, strength)))
    lang = language(rng)
    prompt = pick(rng, lang, ("What does it say?", "Read the text.", "What is written here?", "What text is in the picture?", "Transcribe the text."),
                  ("图中写了什么?", "读出文字。", "图片上的文字是什么?", "请识别文字。"))
    if not metric and rng.random() < 0.06:
        answer = f'The text "{block}".' if lang == "en" else f'文字"{block}"。'
        return Item([image], [Turn(describe_prompt(rng, lang), answer, "describe")])
    return Item([image], [Turn(prompt, block, "reading")])
