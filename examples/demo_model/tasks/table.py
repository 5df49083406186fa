"""A small table, into HTML."""
from drawing import PLAIN_FONTS, choose, font, jitter, new_draw, weather
from PIL import Image
from words import WORDS
from .reading import number
from . import Item, Turn, describe_prompt, language, pick

SHORT = [w for w in WORDS if len(w) <= 6]


def cell(rng, numeric):
    if numeric:
        return number(rng, int(rng.integers(1, 4)))
    text = choose(rng, SHORT)
    return text.capitalize() if rng.random() < 0.3 else text


def html(rows):
    body = "".join("<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in row) + "</tr>"
                   for row, tag in zip(rows, ["th"] + ["td"] * len(rows)))
    return f"<table>{body}</table>"


def make(rng, metric=None):
    columns, count = int(rng.integers(2, 4)), int(rng.integers(2, 5))
    numeric = [False] + [rng.random() < 0.5 for _ in range(columns - 1)]
    rows = [[choose(rng, SHORT).capitalize() for _ in range(columns)]]
    rows += [[cell(rng, numeric[c]) for c in range(columns)] for _ in range(count - 1)]
    points = int(rng.integers(13, 22))
    face = font(choose(rng, PLAIN_FONTS), points)
    pad = int(rng.integers(5, 14))
    widths = [int(max(face.getlength(row[c]) for row in rows)) + 2 * pad for c in range(columns)]
    tall = points + 2 * int(rng.integers(4, 10))
    margin = int(rng.integers(4, 24))
    width, height = sum(widths) + 2 * margin, tall * count + 2 * margin
    width, height = max(128, -(-width // 32) * 32), max(128, -(-height // 32) * 32)
    if max(width, height) > 448 or max(width, height) > 3 * min(width, height):
        return make(rng, metric)
    dark = rng.random() < 0.2
    base = jitter(rng, (32, 32, 36) if dark else (250, 250, 250), 5)
    ink = (235, 235, 235) if dark else (20, 20, 20)
    line = (120, 120, 120) if rng.random() < 0.5 else ink
    image = Image.new("RGB", (width, height), base)
    draw = new_draw(image)
    x0, y0 = (width - sum(widths)) // 2, (height - tall * count) // 2
    x2, y2 = x0 + sum(widths), y0 + tall * count
    if rng.random() < 0.6:
        shade = jitter(rng, (70, 70, 80) if dark else (222, 228, 236), 12)
        draw.rectangle((x0, y0, x2, y0 + tall), fill=shade)
    ruled = rng.random()
    for r in range(count + 1):
        if ruled < 0.8 or r in (0, 1, count):
            draw.line([(x0, y0 + r * tall), (x2, y0 + r * tall)], fill=line)
    x = x0
    for c in range(columns + 1):
        if ruled < 0.65:
            draw.line([(x, y0), (x, y2)], fill=line)
        if c < columns:
            for r, row in enumerate(rows):
                slack = widths[c] - 2 * pad - face.getlength(row[c])
                shift = slack if (r > 0 and numeric[c]) else 0
                draw.text((x + pad + shift, y0 + r * tall + (tall - points) // 2 - 1), row[c], font=face, fill=ink)
            x += widths[c]
    lang = language(rng)
    prompt = pick(rng, lang, ("Convert the table to HTML.", "Read the table as HTML.", "Give this table as HTML."), ("把表格转换为HTML。", "请用HTML写出这个表格。"))
    turns = [Turn(prompt, html(rows), "table")]
    if not metric and rng.random() < 0.1:
        answer = f"A table of {columns} columns and {count} rows." if lang == "en" else f"一个{columns}列{count}行的表格。"
        turns.insert(0, Turn(describe_prompt(rng, lang), answer, "describe"))
    return Item([weather(rng, image)], turns)
