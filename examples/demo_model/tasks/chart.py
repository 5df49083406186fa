"""Bar charts: a value, the highest, the lowest."""
from drawing import PLAIN_FONTS, choose, colours_apart, font, jitter, new_draw
from PIL import Image
from words import CATEGORIES, CHART_TITLES, COLOURS
from . import Item, Turn, describe_prompt, joined, language, pick


def make(rng, metric=None):
    width, height = int(rng.integers(6, 15)) * 32, int(rng.integers(6, 13)) * 32
    if max(width, height) > 2.2 * min(width, height):
        return make(rng, metric)
    dark = rng.random() < 0.2
    base = jitter(rng, (30, 30, 34) if dark else (250, 250, 250), 5)
    ink = (235, 235, 235) if dark else (25, 25, 25)
    grid = (80, 80, 84) if dark else (214, 214, 214)
    image = Image.new("RGB", (width, height), base)
    draw = new_draw(image)
    name = choose(rng, PLAIN_FONTS)
    points = int(rng.integers(12, 16))
    face = font(name, points)
    top_value = choose(rng, (10, 20, 50, 100, 100, 200))
    step = top_value // 20 if top_value >= 20 else 1     # bars end on these
    names = choose(rng, CATEGORIES)
    count = int(rng.integers(2, min(8, len(names)) + 1))
    left = int(face.getlength(str(top_value))) + 12
    room = (width - left - 8) / count
    if max(face.getlength(n) for n in names) + 4 > room:
        return make(rng, metric)
    start = int(rng.integers(0, len(names) - count + 1))
    labels = names[start:start + count]
    title = choose(rng, CHART_TITLES)
    y_top = points + 14 if title else 12
    y_zero = height - points - 10
    if title:
        draw.text(((width - face.getlength(title)) / 2, 3), title, font=font(name, points + 1), fill=ink)
    ticks = 5 if top_value != 10 or rng.random() < 0.5 else 10
    to_y = lambda value: y_zero - (y_zero - y_top) * value / top_value
    for k in range(ticks + 1):
        value = top_value * k // ticks
        y = to_y(value)
        draw.line([(left, y), (width - 4, y)], fill=grid)
        text = str(value)
        draw.text((left - 5 - face.getlength(text), y - points / 2 - 1), text, font=face, fill=ink)
    draw.line([(left, y_top), (left, y_zero), (width - 4, y_zero)], fill=ink)
    values = [int(rng.integers(1, top_value // step + 1)) * step for _ in labels]
    written = rng.random() < 0.35
    palette = colours_apart(rng, 11, base)
    one = choose(rng, palette)
    many = rng.random() < 0.4
    for k, (label, value) in enumerate(zip(labels, values)):
        x1 = left + room * (k + 0.18)
        x2 = left + room * (k + 0.82)
        draw.rectangle((x1, to_y(value), x2, y_zero), fill=COLOURS[palette[k % len(palette)] if many else one][0])
        draw.text(((x1 + x2 - face.getlength(label)) / 2, y_zero + 4), label, font=face, fill=ink)
        if written and face.getlength(str(value)) < room:
            draw.text(((x1 + x2 - face.getlength(str(value))) / 2, to_y(value) - points - 2), str(value), font=face, fill=ink)

    def turn():
        lang = language(rng)
        kind = rng.random()
        if kind < 0.65:
            k = int(rng.integers(count))
            prompt = pick(rng, lang, (f"What is the value of {labels[k]}?", f"How high is {labels[k]}?", f"Read the value for {labels[k]}."),
                          (f"{labels[k]}的值是多少?", f"{labels[k]}对应的数值是多少?"))
            return Turn(prompt, str(values[k]), "chart")
        best = max(values) if kind < 0.83 else min(values)
        if values.count(best) > 1:
            return turn()
        word, zh = ("highest", "最高") if kind < 0.83 else ("lowest", "最低")
        prompt = pick(rng, lang, (f"Which bar is the {word}?", f"Which is {word}?"), (f"哪个{zh}?", f"{zh}的是哪个?"))
        return Turn(prompt, labels[values.index(best)], "chart")

    def describe():
        lang = language(rng)
        if lang == "en":
            return Turn(describe_prompt(rng, lang), f"A bar chart of {joined(lang, list(labels))}.", "describe")
        return Turn(describe_prompt(rng, lang), f"{joined(lang, list(labels))}的柱状图。", "describe")

    turns = [turn() for _ in range(1 if metric else int(rng.integers(2, 6)))]
    if not metric and rng.random() < 0.15:
        turns.insert(0, describe())
    return Item([image], turns)
