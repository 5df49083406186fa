"""Short clips: what happens when, the order of events, the direction of motion."""
from drawing import background, choose, colours_apart, distance, draw_shape, jitter, new_draw
from PIL import Image
from words import COLOURS, DIRECTIONS, SHAPES
from . import Item, Turn, language, pick

FPS = 8
HOLD = 5   # frames that a flash lasts: longer than the distance of two frames sampled at 2 per second


def seconds(frame):
    return f"{frame / FPS:.1f}"


def sizes(rng):
    return int(rng.integers(4, 8)) * 32, int(rng.integers(4, 8)) * 32


def flashes(rng, metric=None):
    size = sizes(rng)
    image, base = background(rng, size)
    total = int(rng.integers(3, 7)) * FPS
    many = 1 if metric == "video_time" else int(rng.integers(1, 4))
    slots = list(range(4, total - HOLD, 4))
    starts = []
    for s in (slots[i] for i in rng.permutation(len(slots))):
        if len(starts) < many and all(abs(s - o) >= 12 for o in starts):
            starts.append(s)
    starts.sort()
    names = colours_apart(rng, len(starts), base, 110)
    starts = starts[:len(names)]
    whole = rng.random() < 0.6     # the whole frame flashes, or a shape appears for a moment
    shapes = [choose(rng, list(SHAPES)) for _ in starts]
    frames = [image] * total
    for start, name, shape in zip(starts, names, shapes):
        rgb = jitter(rng, COLOURS[name][0])
        if whole:
            lit = Image.new("RGB", size, rgb)
        else:
            lit = image.copy()
            edge = int(min(size) * rng.uniform(0.35, 0.6))
            x, y = int(rng.integers(0, size[0] - edge)), int(rng.integers(0, size[1] - edge))
            draw_shape(new_draw(lit), shape, (x, y, x + edge, y + edge), rgb)
        frames[start:start + HOLD] = [lit] * HOLD

    def thing(k, lang, article):
        name, shape = names[k], shapes[k]
        if lang == "zh":
            return f"{COLOURS[name][1]}闪光" if whole else f"{COLOURS[name][1]}{SHAPES[shape]}"
        text = f"{name} flash" if whole else f"{name} {shape}"
        return f"{article if article != 'a' else ('an' if text[0] in 'aeiou' else 'a')} {text}"

    turns = []

    def what_and_when():
        lang = language(rng)
        if lang == "en":
            parts = [f"{thing(k, lang, 'a')} at {seconds(s)} seconds" for k, s in enumerate(starts)]
            text = ", then ".join(parts)
            answer = text[0].upper() + text[1:] + "."
        else:
            answer = "，".join(f"{seconds(s)}秒出现{thing(k, lang, '')}" for k, s in enumerate(starts)) + "。"
        prompt = pick(rng, lang, ("What happens, and when?", "Describe the clip.", "What happens in the video?"), ("发生了什么，在什么时候?", "描述这段视频。", "视频里发生了什么?"))
        return Turn(prompt, answer, "video_time", {"seconds": [s / FPS for s in starts]})

    def when():
        lang = language(rng)
        k = int(rng.integers(len(starts)))
        name = thing(k, lang, "the")
        prompt = pick(rng, lang, (f"When does {name} appear?", f"When do you see {name}?", f"At what time is {name}?"), (f"{name}什么时候出现?", f"什么时候能看到{name}?"))
        answer = f"At {seconds(starts[k])} seconds." if lang == "en" else f"{seconds(starts[k])}秒。"
        return Turn(prompt, answer, "video_time", {"seconds": [starts[k] / FPS]})

    def order():
        lang = language(rng)
        last = rng.random() < 0.5
        k = len(starts) - 1 if last else 0
        prompt = (pick(rng, lang, ("What comes last?", "What happens last?"), ("最后发生了什么?", "最后出现的是什么?")) if last else
                  pick(rng, lang, ("What comes first?", "What happens first?"), ("首先发生了什么?", "最先出现的是什么?")))
        return Turn(prompt, thing(k, lang, "the"), "order")

    if metric == "order" and len(starts) < 2:
        return flashes(rng, metric)
    if metric == "video_time":
        turns = [what_and_when() if rng.random() < 0.5 else when()]
    elif metric == "order":
        turns = [order()]
    else:
        turns = [what_and_when()]
        for _ in range(int(rng.integers(0, 4))):
            turns.append(when() if rng.random() < 0.5 or len(starts) < 2 else order())
        rng.shuffle(turns)     # any of them may be asked at once
    return Item([], turns, frames, FPS)


def motion(rng, metric=None):
    size = sizes(rng)
    image, base = background(rng, size)
    total = int(rng.integers(2, 5)) * FPS
    step = choose(rng, list(DIRECTIONS))
    edge = int(min(size) * rng.uniform(0.18, 0.34))
    name = choose(rng, colours_apart(rng, 11, base, 110))
    shape = choose(rng, list(SHAPES))
    room = (size[0] - edge, size[1] - edge)
    reach = min(room[k] for k in range(2) if step[k]) * rng.uniform(0.55, 0.98)
    start = []
    for k in range(2):
        slack = room[k] - (reach if step[k] else 0)
        offset = rng.uniform(0, max(slack, 0))
        start.append(offset + (reach if step[k] < 0 else 0))
    rgb = jitter(rng, COLOURS[name][0])
    sampled = set(sampled_frames(total, FPS))
    frames = []
    for f in range(total):
        if not metric and f not in sampled:   # training looks at no other frame
            frames.append(image)
            continue
        x, y = (start[k] + step[k] * reach * f / (total - 1) for k in range(2))
        frame = image.copy()
        draw_shape(new_draw(frame), shape, (int(x), int(y), int(x) + edge, int(y) + edge), rgb)
        frames.append(frame)
    lang = language(rng)
    way = DIRECTIONS[step]
    if rng.random() < 0.6:
        prompt = pick(rng, lang, (f"Which way does the {shape} move?", f"In which direction does the {name} {shape} move?", "Which direction does it move?"),
                      (f"{SHAPES[shape]}朝哪个方向移动?", f"{COLOURS[name][1]}{SHAPES[shape]}往哪边移动?"))
        answer = way[0] if lang == "en" else f"向{way[1]}"
    else:
        prompt = pick(rng, lang, ("What happens?", "What happens in the clip?"), ("发生了什么?", "视频内容是什么?"))
        article = "An" if name[0] in "aeiou" else "A"
        answer = f"{article} {name} {shape} moves {way[0]}." if lang == "en" else f"{COLOURS[name][1]}{SHAPES[shape]}向{way[1]}移动。"
    return Item([], [Turn(prompt, answer, "motion")], frames, FPS)


def sampled_frames(total, fps, wanted=2.0, fewest=4, most=768):
    """The frames that Qwen3-VL's processor takes of a clip."""
    count = min(max(int(total / fps * wanted), fewest), most, total)
    if count == 1:
        return [0]
    return [round(i * (total - 1) / (count - 1)) for i in range(count)]


def timestamps(indices, fps):
    indices = list(indices) + [indices[-1]] * (len(indices) % 2)
    return [(indices[2 * j] / fps + indices[2 * j + 1] / fps) / 2 for j in range(len(indices) // 2)]


def make(rng, metric=None):
    if metric == "motion" or (not metric and rng.random() < 0.35):
        return motion(rng, metric)
    return flashes(rng, metric)
