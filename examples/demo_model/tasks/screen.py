"""A drawn settings screen: which point to click."""
import json

from drawing import PLAIN_FONTS, choose, font, jitter, new_draw, thousandths
from PIL import Image
from words import BUTTONS, PAGES, SETTINGS, TITLES
from . import Item, Turn, describe_prompt, joined, language, pick

ACCENTS = ((0, 122, 255), (52, 199, 89), (103, 80, 164), (0, 150, 136), (233, 30, 99), (255, 149, 0), (90, 90, 90))


def click(box, size):
    x, y = thousandths(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), size)
    return json.dumps({"action": "click", "coordinate": [x, y]})


def draw_switch(draw, box, on, style, accent, dark):
    x1, y1, x2, y2 = box
    height = y2 - y1
    off = (90, 90, 90) if dark else (190, 190, 190)
    if style == "checkbox":
        draw.rectangle(box, outline=accent if on else off, width=2, fill=accent if on else None)
        if on:
            draw.line([(x1 + height * 0.2, y1 + height * 0.5), (x1 + height * 0.42, y1 + height * 0.75), (x1 + height * 0.8, y1 + height * 0.25)],
                      fill=(255, 255, 255), width=2)
        return
    draw.rounded_rectangle(box, radius=height // 2, fill=accent if on else off)
    knob = height - 4
    left = x2 - 2 - knob if on else x1 + 2
    draw.ellipse((left, y1 + 2, left + knob, y1 + 2 + knob), fill=(255, 255, 255))


def make(rng, metric=None):
    width = int(rng.integers(6, 15)) * 32
    height = int(rng.integers(6, 15)) * 32
    if max(width, height) > 2 * min(width, height):
        return make(rng, metric)
    dark = rng.random() < 0.4
    base = jitter(rng, (28, 28, 30) if dark else (246, 246, 248), 8)
    card = jitter(rng, (48, 48, 52) if dark else (255, 255, 255), 4)
    ink = (240, 240, 240) if dark else (20, 20, 20)
    accent = choose(rng, ACCENTS)
    image = Image.new("RGB", (width, height), base)
    draw = new_draw(image)
    name = choose(rng, PLAIN_FONTS)
    points = int(rng.integers(13, 20))
    face = font(name, points)
    bar = int(points * 2.2)
    targets = []  # kind, label, Chinese, state, click box, judged box
    bar_fill = accent if rng.random() < 0.5 else base
    draw.rectangle((0, 0, width, bar), fill=bar_fill)
    title_ink = (255, 255, 255) if bar_fill == accent else ink
    has_back = rng.random() < 0.6
    x = 10
    if has_back:
        middle, reach = bar / 2, points * 0.4
        draw.line([(x + reach, middle - reach), (x, middle), (x + reach, middle + reach)], fill=title_ink, width=3)
        box = (2, 2, x + 2 * points, bar - 2)
        targets.append(("back", "", "", False, (x - 2, middle - reach, x + reach + 2, middle + reach), box))
        x += 2 * points
    draw.text((x, (bar - points) // 2 - 1), choose(rng, TITLES), font=font(name, points + 1), fill=title_ink)

    has_buttons = rng.random() < 0.55
    foot = int(points * 2.6) if has_buttons else 0
    row = int(points * rng.uniform(2.0, 3.0))
    y = bar + int(rng.integers(3, 12))
    order = [(n, z, "switch") for n, z in SETTINGS.items()] + [(n, z, "page") for n, z in PAGES.items()]
    order = [order[i] for i in rng.permutation(len(order))]
    style = choose(rng, ("toggle", "toggle", "checkbox"))
    most = 3 if not metric and rng.random() < 0.35 else len(order)   # finding a row is learned where there are few
    for label, zh, kind in order:
        if y + row > height - foot - 2 or sum(kind in ("switch", "page") for kind, *_ in targets) == most:
            break
        if face.getlength(label) > width - 70:
            continue
        draw.rounded_rectangle((5, y, width - 6, y + row - 3), radius=5, fill=card)
        draw.text((14, y + (row - 3 - points) // 2 - 1), label, font=face, fill=ink)
        middle = y + (row - 3) / 2
        if kind == "switch":
            tall = int(points * 1.15)
            wide = tall if style == "checkbox" else int(tall * 1.8)
            box = (width - 16 - wide, int(middle - tall / 2), width - 16, int(middle - tall / 2) + tall)
            on = rng.random() < 0.5
            draw_switch(draw, box, on, style, accent, dark)
            targets.append(("switch", label, zh, on, box, box))
        else:
            reach = points * 0.3
            draw.line([(width - 20 - reach, middle - reach), (width - 20, middle), (width - 20 - reach, middle + reach)], fill=(150, 150, 150), width=2)
            box = (5, y, width - 6, y + row - 3)
            targets.append(("page", label, zh, False, box, box))
        y += row
    if has_buttons:
        names = [list(BUTTONS)[i] for i in rng.permutation(len(BUTTONS))[:int(rng.integers(1, 3))]]
        wide = (width - 10 - 8 * len(names)) // len(names)
        for k, label in enumerate(names):
            box = (8 + k * (wide + 8), height - foot + 3, 8 + k * (wide + 8) + wide, height - 6)
            fill = accent if k == 0 else card
            draw.rounded_rectangle(box, radius=6, fill=fill)
            text = face.getlength(label)
            draw.text(((box[0] + box[2] - text) / 2, (box[1] + box[3] - points) / 2 - 1), label, font=face, fill=(255, 255, 255) if k == 0 else ink)
            targets.append(("button", label, BUTTONS[label], False, box, box))
    if not targets:
        return make(rng, metric)

    def turn():
        lang = language(rng)
        kind, label, zh, on, aim, judged = choose(rng, targets)
        if not metric and rng.random() < 0.2:     # short answers that need the right row as well
            if kind == "switch" and rng.random() < 0.5:
                prompt = pick(rng, lang, (f"Is {label} on?", f"Is {label} turned on?"), (f"{zh}开着吗?", f"{zh}打开了吗?"))
                return Turn(prompt, ("yes" if on else "no") if lang == "en" else ("开着" if on else "没有"), "attributes")
            if not label or rng.random() < 0.5:
                label, zh, _ = choose(rng, order)
            present = any(label == target[1] for target in targets)
            prompt = pick(rng, lang, (f"Is {label} listed?", f"Can you see {label}?"), (f"有{zh}吗?", f"界面上有{zh}吗?"))
            return Turn(prompt, ("yes" if present else "no") if lang == "en" else ("有" if present else "没有"), "attributes")
        if kind == "switch":
            verb, zh_verb = ("turn off", "关闭") if on else ("turn on", "打开")
            if rng.random() < 0.15:
                verb, zh_verb = "toggle", "切换"
            prompt = pick(rng, lang, (f"{verb.capitalize()} {label}.", f"{verb} {label}", f"Please {verb} {label}."), (f"{zh_verb}{zh}", f"请{zh_verb}{zh}。"))
        elif kind == "page":
            prompt = pick(rng, lang, (f"Open {label}.", f"Go to {label}.", f"open {label}"), (f"进入{zh}", f"打开{zh}页面。"))
        elif kind == "button":
            prompt = pick(rng, lang, (f"Press {label}.", f"Click {label}.", f"Tap the {label} button."), (f"点击{zh}", f"按下{zh}按钮。"))
        else:
            prompt = pick(rng, lang, ("Go back.", "Return to the previous page."), ("返回", "回到上一页。"))
        return Turn(prompt, click(aim, (width, height)), "gui", {"box": thousandths(judged, (width, height))})

    turns = [turn() for _ in range(1 if metric else int(rng.integers(3, 10)))]
    if not metric and rng.random() < 0.15:
        lang = language(rng)
        names = [label for kind, label, *_ in targets if kind in ("switch", "page")]
        if names:
            answer = f"A settings screen with {joined(lang, names)}." if lang == "en" else f"设置界面：{joined(lang, names)}。"
            turns.insert(0, Turn(describe_prompt(rng, lang), answer, "describe"))
    return Item([image], turns)
