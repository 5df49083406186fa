"""Scenes of coloured shapes: attributes, counting, where things are, description, comparing two pictures."""
import json

from drawing import (background, choose, colours_apart, draw_shape, jitter, new_draw, picture_size, thousandths, weather)
from words import COLOURS, PLACES, SHAPES
from . import Item, Turn, describe_prompt, language, pick


class Thing:
    def __init__(self, shape, colour, box):
        self.shape, self.colour, self.box = shape, colour, box

    def center(self):
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    def name(self, lang, article=False):
        if lang == "zh":
            return f"{COLOURS[self.colour][1]}{SHAPES[self.shape]}"
        text = f"{self.colour} {self.shape}"
        return (("an " if text[0] in "aeiou" else "a ") + text) if article else text


def plural(shape):
    return shape + ("es" if shape == "cross" else "s")


def boxes(rng, size, count, smallest, largest):
    """`count` square boxes that do not touch."""
    found = []
    side = min(size)
    for _ in range(60 * count):
        if len(found) == count:
            break
        edge = max(15, int(side * rng.uniform(smallest, largest)))
        if edge + 6 >= side:
            continue
        x, y = int(rng.integers(2, size[0] - edge - 2)), int(rng.integers(2, size[1] - edge - 2))
        gap = 5
        if all(x + edge + gap < b[0] or b[2] + gap < x or y + edge + gap < b[1] or b[3] + gap < y for b in found):
            found.append((x, y, x + edge, y + edge))
    return found


def draw_scene(rng, size, count, smallest, largest, kinds=None, palette=None):
    image, base = background(rng, size)
    draw = new_draw(image)
    places = boxes(rng, size, count, smallest, largest)
    shapes = kinds or list(SHAPES)
    colours = palette(base) if palette else colours_apart(rng, 11, base)
    things = []
    for box in places:
        shape, colour = choose(rng, shapes), choose(rng, colours)
        ink = draw_shape(draw, shape, box, jitter(rng, COLOURS[colour][0]))
        things.append(Thing(shape, colour, ink))
    return image, things, base


def third(value, length):
    return min(2, int(3 * value / length))


def place(thing, size):
    x, y = thing.center()
    return third(y, size[1]), third(x, size[0])


def unique(things, key):
    values = [key(t) for t in things]
    return [t for t, v in zip(things, values) if values.count(v) == 1]


def attribute_turn(rng, lang, things, size):
    kind = rng.random()
    if kind < 0.3:
        options = unique(things, lambda t: t.shape)
        if options:
            t = choose(rng, options)
            prompt = pick(rng, lang, (f"What colour is the {t.shape}?", f"What color is the {t.shape}?", f"Which colour does the {t.shape} have?"),
                          (f"{SHAPES[t.shape]}是什么颜色?", f"图中的{SHAPES[t.shape]}是什么颜色的?"))
            return Turn(prompt, t.colour if lang == "en" else COLOURS[t.colour][1], "attributes")
    if kind < 0.55:
        options = unique(things, lambda t: t.colour)
        if options:
            t = choose(rng, options)
            prompt = pick(rng, lang, (f"What shape is {t.colour}?", f"Which shape is {t.colour}?", f"What is the {t.colour} shape?"),
                          (f"{COLOURS[t.colour][1]}的是什么形状?", f"哪个形状是{COLOURS[t.colour][1]}的?"))
            return Turn(prompt, f"a {t.shape}" if lang == "en" else SHAPES[t.shape], "attributes")
    if kind < 0.75:
        clear = [t for t in things if all(abs(3 * c / n - round(3 * c / n)) > 0.12 or round(3 * c / n) in (0, 3)
                                          for c, n in zip(t.center(), size))]
        options = [t for t in clear if sum(place(o, size) == place(t, size) for o in things) == 1]
        if options:
            t = choose(rng, options)
            where = PLACES[place(t, size)]
            prompt = pick(rng, lang, (f"What is {where[0]}?", f"Which shape is {where[0]}?"), (f"{where[1]}是什么?", f"图片{where[1]}有什么?"))
            return Turn(prompt, t.name(lang, True), "attributes")
    shape, colour = choose(rng, list(SHAPES)), choose(rng, list(COLOURS))
    if rng.random() < 0.5 and things:
        t = choose(rng, things)
        shape, colour = t.shape, t.colour
        if rng.random() < 0.3:
            shape = choose(rng, list(SHAPES))
    present = any(t.shape == shape and t.colour == colour for t in things)
    name = f"{colour} {shape}"
    article = "an" if name[0] in "aeiou" else "a"
    prompt = pick(rng, lang, (f"Is there {article} {name}?", f"Is there {article} {name} in the picture?", f"Can you see {article} {name}?"),
                  (f"图中有{COLOURS[colour][1]}{SHAPES[shape]}吗?", f"有没有{COLOURS[colour][1]}{SHAPES[shape]}?"))
    return Turn(prompt, ("yes" if present else "no") if lang == "en" else ("有" if present else "没有"), "attributes")


def counting_turn(rng, lang, things):
    kind = rng.random()
    t = choose(rng, things)
    if kind < 0.4:
        count = len(things)
        prompt = pick(rng, lang, ("How many shapes are there?", "How many objects do you see?", "Count the shapes."), ("图中有几个图形?", "数一数有多少个图形。"))
    elif kind < 0.6:
        count = sum(o.shape == t.shape for o in things)
        prompt = pick(rng, lang, (f"How many {plural(t.shape)} are there?", f"Count the {plural(t.shape)}."), (f"有几个{SHAPES[t.shape]}?", f"图中有多少个{SHAPES[t.shape]}?"))
    elif kind < 0.8:
        count = sum(o.colour == t.colour for o in things)
        prompt = pick(rng, lang, (f"How many {t.colour} shapes are there?", f"Count the {t.colour} shapes."), (f"有几个{COLOURS[t.colour][1]}的图形?", f"图中有多少个{COLOURS[t.colour][1]}图形?"))
    else:
        count = sum(o.colour == t.colour and o.shape == t.shape for o in things)
        prompt = pick(rng, lang, (f"How many {t.colour} {plural(t.shape)} are there?", f"Count the {t.colour} {plural(t.shape)}."), (f"有几个{t.name('zh')}?", f"图中有多少个{t.name('zh')}?"))
    return Turn(prompt, str(count), "counting")


def bbox_answer(box, size):
    return json.dumps({"bbox_2d": thousandths(box, size)})


def grounding_turn(rng, lang, things, size):
    options = unique(things, lambda t: (t.colour, t.shape))
    t = choose(rng, options)
    name, zh = t.name("en"), t.name("zh")
    if rng.random() < 0.25 and sum(o.shape == t.shape for o in things) == 1:
        name, zh = t.shape, SHAPES[t.shape]
    prompt = pick(rng, lang, (f"Where is the {name}?", f"Locate the {name}.", f"Find the {name}.", f"Give the bounding box of the {name}.", f"Show me the {name}."),
                  (f"{zh}在哪里?", f"找到{zh}。", f"请给出{zh}的边界框。"))
    return Turn(prompt, bbox_answer(t.box, size), "grounding", {"box": thousandths(t.box, size)})


def describe_turn(rng, lang, things, size):
    ordered = sorted(things, key=lambda t: (*place(t, size), t.center()[0]))
    parts = []
    for t in ordered:
        where = PLACES[place(t, size)]
        parts.append(f"{t.name('en', True)} {where[0]}" if lang == "en" else f"{where[1]}有一个{t.name('zh')}")
    if lang == "en":
        text = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
        answer = text[0].upper() + text[1:] + "."
    else:
        answer = "，".join(parts) + "。"
    return Turn(describe_prompt(rng, lang), answer, "describe")


def clear_of_thirds(things, size):
    return all(min(abs(3 * c / n - 1), abs(3 * c / n - 2)) > 0.10 for t in things for c, n in zip(t.center(), size))


def make(rng, metric=None, alike=0.0):
    size = picture_size(rng)
    kind = metric or choose(rng, ("attributes", "counting", "grounding", "grounding", "describe"))
    while True:
        if kind == "counting":
            few = rng.random() < 0.5
            kinds = [choose(rng, list(SHAPES)) for _ in range(int(rng.integers(1, 4)))] if few else None
            palette = (lambda base: colours_apart(rng, int(rng.integers(1, 4)), base)) if few else None
            image, things, _ = draw_scene(rng, size, int(rng.integers(1, 10)), 0.09, 0.24, kinds, palette)
        else:
            by_colour = alike > 0 and kind == "grounding" and rng.random() < alike   # what their colour alone tells apart
            kinds = [choose(rng, list(SHAPES)) for _ in range(int(rng.integers(1, 3)))] if by_colour else None
            image, things, _ = draw_scene(rng, size, int(rng.integers(2 if by_colour else 1, 7)), 0.12, 0.42, kinds)
        if not things:
            continue
        if kind == "describe" and (len(things) > 5 or not clear_of_thirds(things, size)):
            continue
        if kind == "grounding" and not unique(things, lambda t: (t.colour, t.shape)):
            continue
        break
    image = weather(rng, image)
    makers = {
        "attributes": lambda: attribute_turn(rng, language(rng), things, size),
        "counting": lambda: counting_turn(rng, language(rng), things),
        "grounding": lambda: grounding_turn(rng, language(rng), things, size),
        "describe": lambda: describe_turn(rng, language(rng), things, size),
    }
    turns = [makers[kind]()]
    if not metric:
        groundable = bool(unique(things, lambda t: (t.colour, t.shape)))
        for _ in range(int(rng.integers(1, 8))):   # a picture is dear, a question cheap
            more = choose(rng, ("attributes", "attributes", "counting", "grounding", "grounding"))
            if more == "grounding" and not groundable:
                continue
            turns.append(makers[more]())
    return Item([image], turns)


def make_compare(rng, metric=None):
    """Two pictures: which has more, or what has changed."""
    lang = language(rng)
    if rng.random() < 0.5:
        size = picture_size(rng, 128, 256)
        a = int(rng.integers(1, 7))
        b = int(rng.choice([n for n in range(1, 8) if n != a]))
        first, things_a, base = draw_scene(rng, size, a, 0.12, 0.26)
        second, things_b, _ = draw_scene(rng, picture_size(rng, 128, 256), b, 0.12, 0.26)
        if len(things_a) == len(things_b):
            return make_compare(rng, metric)
        more = rng.random() < 0.5
        prompt = pick(rng, lang, (f"Which picture has {'more' if more else 'fewer'} shapes?", f"Which image shows {'more' if more else 'fewer'} shapes, the first or the second?"),
                      (f"哪张图的图形更{'多' if more else '少'}?", f"第一张和第二张，哪张图的图形更{'多' if more else '少'}?"))
        is_first = (len(things_a) > len(things_b)) == more
        answer = ("the first" if is_first else "the second") if lang == "en" else ("第一张" if is_first else "第二张")
        return Item([weather(rng, first), weather(rng, second)], [Turn(prompt, answer, "compare")])
    size = picture_size(rng, 128, 256)
    while True:
        image, base = background(rng, size)
        places = boxes(rng, size, int(rng.integers(1, 4)), 0.2, 0.4)
        if not places:
            continue
        names = colours_apart(rng, 11, base)
        shapes = [list(SHAPES)[i] for i in rng.permutation(len(SHAPES))[:len(places)]]
        colours = [choose(rng, names) for _ in places]
        break
    changed = int(rng.integers(len(places)))
    fresh = choose(rng, [n for n in names if n != colours[changed]])
    pictures = []
    for k in range(2):
        copy = image.copy()
        draw = new_draw(copy)
        for i, box in enumerate(places):
            name = fresh if (k == 1 and i == changed) else colours[i]
            draw_shape(draw, shapes[i], box, jitter(rng, COLOURS[name][0]))
        pictures.append(weather(rng, copy))
    prompt = pick(rng, lang, ("What is different?", "What changed between the two pictures?", "What is the difference between the pictures?"), ("有什么不同?", "两张图有什么区别?"))
    shape = shapes[changed]
    answer = (f"The {shape} is {colours[changed]} in the first picture and {fresh} in the second."
              if lang == "en" else f"第一张图的{SHAPES[shape]}是{COLOURS[colours[changed]][1]}，第二张是{COLOURS[fresh][1]}。")
    return Item(pictures, [Turn(prompt, answer, "compare")])
