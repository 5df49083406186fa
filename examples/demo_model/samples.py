"""Items to packed batches: pictures to patch rows, conversations to ids, positions and targets.

A batch has fixed sizes, so that the GPU's code is compiled once: PATCHES patch rows, TOKENS text positions. Many items
share it; attention is confined to each picture (frame pair) and each conversation by running lengths.
"""
import os

import numpy as np
from tokenizers import Tokenizer

from items import HALVES, METRICS
from tasks.clip import sampled_frames, timestamps

PATCHES, ROWS, TOKENS = 49152, 57344, 36864   # ROWS: distinct patches, both frames of a clip's pairs
TARGETS = 12288                              # answer tokens of a batch, at most
SEGMENTS = 1024                               # pictures and frame pairs, or conversations
LONGEST_PICTURE, LONGEST_TEXT = 784, 1024
GRID = 16                                     # of the learned position embedding
FOLDER = os.path.dirname(os.path.abspath(__file__))


def resized(image, factor=32, least=16384, most=200704):
    """The picture at the size that Qwen3-VL's processor gives it (smart_resize, bicubic)."""
    width, height = image.size
    h, w = max(factor, round(height / factor) * factor), max(factor, round(width / factor) * factor)
    if h * w > most:
        beta = (height * width / most) ** 0.5
        h, w = (max(factor, int(v / beta // factor) * factor) for v in (height, width))
    elif h * w < least:
        beta = (least / (height * width)) ** 0.5
        h, w = (int(-(-v * beta // factor)) * factor for v in (height, width))
    return image if (w, h) == image.size else image.resize((w, h), 3)


def patch_rows(image):
    """[h w, 768] uint8: channel, row, column of each 16×16 patch, patches in merge-block order; and (h, w)."""
    pixels = np.asarray(image)
    h, w = pixels.shape[0] // 16, pixels.shape[1] // 16
    blocks = pixels.reshape(h // 2, 2, 16, w // 2, 2, 16, 3).transpose(0, 3, 1, 4, 6, 2, 5)
    return blocks.reshape(h * w, 768), (h, w)


def patch_places(h, w):
    """Row and column of each patch, in merge-block order."""
    r = np.arange(h).reshape(h // 2, 2)[:, None, :, None]
    c = np.arange(w).reshape(w // 2, 2)[None, :, None, :]
    shape = (h // 2, w // 2, 2, 2)
    return np.broadcast_to(r, shape).reshape(-1), np.broadcast_to(c, shape).reshape(-1)


class Prompts:
    """Qwen3-VL's chat format over the demo model's vocabulary."""

    def __init__(self, folder=os.path.join(FOLDER, "checkpoint")):
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        name = self.tokenizer.token_to_id
        self.image, self.video = name("<|image_pad|>"), name("<|video_pad|>")
        self.start, self.end = name("<|vision_start|>"), name("<|vision_end|>")
        self.im_end, self.pad = name("<|im_end|>"), name("<|endoftext|>")

    def ids(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False).ids


def conversation(prompts, item, grids, times, outer):
    """ids, per-token target (or -1), answer number of each target, spans of vision tokens (start, h/2, w/2)."""
    ids, targets, answers, spans = [], [], [], []

    def add(piece, answer=-1):
        ids.extend(piece)
        targets.extend(piece if answer >= 0 else [-1] * len(piece))
        answers.extend([answer] * len(piece))

    def vision(token, grid):
        add([prompts.start])
        spans.append((len(ids), grid[0] // 2, grid[1] // 2))
        add([token] * (grid[0] * grid[1] // 4))
        add([prompts.end])

    for k, turn in enumerate(item.turns):
        add(prompts.ids("<|im_start|>user\n"))
        if k == 0 and times is not None:
            if outer:
                add([prompts.start])
            for time, grid in zip(times, grids):
                add(prompts.ids(f"<{time:.1f} seconds>"))
                vision(prompts.video, grid)
            if outer:
                add([prompts.end])
        elif k == 0:
            for grid in grids:
                vision(prompts.image, grid)
        add(prompts.ids(turn.prompt + "<|im_end|>\n<|im_start|>assistant\n"))
        add(prompts.ids(turn.answer + "<|im_end|>"), k)
        add(prompts.ids("\n"))
    return ids, targets, answers, spans


def mrope_positions(length, spans):
    """[3, length]: text counts on, a picture's tokens spread over rows and columns (Qwen3-VL: one frame, one picture)."""
    positions = np.empty((3, length), np.int32)
    cur = done = 0
    for start, h, w in spans:
        positions[:, done:start] = np.arange(cur, cur + start - done)
        cur += start - done
        positions[0, start:start + h * w] = cur
        positions[1, start:start + h * w] = cur + np.repeat(np.arange(h), w)
        positions[2, start:start + h * w] = cur + np.tile(np.arange(w), h)
        cur += max(h, w)
        done = start + h * w
    positions[:, done:] = np.arange(cur, cur + length - done)
    return positions


class Packer:
    """Fills batches, one after the other, with items of a stream of its own."""

    def __init__(self, stream, half=1):
        self.half = HALVES[half]
        self.rng = np.random.default_rng([0, *stream])
        self.prompts = Prompts()
        self.kept = None

    def prepared(self):
        item = self.half.training_item(self.rng)
        times = None
        if item.frames:
            indices = sampled_frames(len(item.frames), item.fps)
            times = timestamps(indices, item.fps)
            indices = indices + indices[-1:] * (len(indices) % 2)
            rows, places, pairs, seen = [], [], [], {}
            count = 0
            for k in indices:     # frames that are one picture share their rows
                key = id(item.frames[k])
                if key not in seen:
                    patches, grid = patch_rows(item.frames[k])
                    seen[key] = count
                    rows.append(patches)
                    count += len(patches)
            size = grid[0] * grid[1]
            grids = [grid] * (len(indices) // 2)
            for j in range(len(grids)):
                a, b = (seen[id(item.frames[indices[2 * j + t]])] + np.arange(size) for t in (0, 1))
                pairs.append(np.stack([a, b], 1))
        elif not item.images:
            rows, grids, pairs = [np.zeros((0, 768), np.uint8)], [], [np.zeros((0, 2), np.int32)]
        else:
            rows, grids = map(list, zip(*(patch_rows(resized(image)) for image in item.images)))
            pairs = [np.repeat(np.arange(sum(map(len, rows)))[:, None], 2, 1)]
        outer = times is not None and self.rng.random() < 0.25   # the newer library's extra markers around a clip
        text = conversation(self.prompts, item, grids, times, outer)
        return item, np.concatenate(rows), np.concatenate(pairs), grids, text

    def batch(self):
        rows = np.zeros((ROWS, 768), np.uint8)
        pairs = np.zeros((PATCHES, 2), np.int32)
        places = np.zeros((PATCHES, 2), np.int32)
        corners = np.zeros((PATCHES, 4), np.int32)
        weights = np.zeros((PATCHES, 4), np.float32)
        feature_rows = np.full(PATCHES // 4, TOKENS - 1, np.int32)
        ids = np.full(TOKENS, self.prompts.pad, np.int32)
        positions = np.zeros((3, TOKENS), np.int32)
        at, targets, answer, share, metric = [], [], [], [], []
        picture_ends, text_ends = [0], [0]
        r = p = t = 0
        while True:
            ready = self.kept or self.prepared()
            self.kept = None
            item, item_rows, item_pairs, grids, (item_ids, item_targets, item_answers, spans) = ready
            labelled = sum(v >= 0 for v in item_targets)
            if len(item_ids) > LONGEST_TEXT:
                continue
            if (r + len(item_rows) > ROWS or p + len(item_pairs) > PATCHES or t + len(item_ids) >= TOKENS or
                    len(at) + labelled > TARGETS or len(picture_ends) + len(grids) > SEGMENTS - 100 or len(text_ends) > SEGMENTS - 100):
                self.kept = ready
                break
            rows[r:r + len(item_rows)] = item_rows
            pairs[p:p + len(item_pairs)] = item_pairs + r
            q = p
            for (h, w), (start, _, _) in zip(grids, spans):
                row, column = patch_places(h, w)
                n = h * w
                places[q:q + n, 0], places[q:q + n, 1] = row, column
                y, x = row * ((GRID - 1) / (h - 1)), column * ((GRID - 1) / (w - 1))
                y0, x0 = y.astype(np.int32), x.astype(np.int32)
                dy, dx = y - y0, x - x0
                y1, x1 = np.minimum(y0 + 1, GRID - 1), np.minimum(x0 + 1, GRID - 1)
                corners[q:q + n] = np.stack([y0 * GRID + x0, y0 * GRID + x1, y1 * GRID + x0, y1 * GRID + x1], 1)
                weights[q:q + n] = np.stack([(1 - dy) * (1 - dx), (1 - dy) * dx, dy * (1 - dx), dy * dx], 1)
                feature_rows[q // 4:(q + n) // 4] = t + start + np.arange(n // 4)
                q += n
                picture_ends.append(q)
            ids[t:t + len(item_ids)] = item_ids
            positions[:, t:t + len(item_ids)] = mrope_positions(len(item_ids), spans)
            base = len(metric)
            lengths = [item_answers.count(k) for k in range(len(item.turns))]
            for k, (target, number) in enumerate(zip(item_targets, item_answers)):
                if target >= 0:
                    at.append(t + k - 1)
                    targets.append(target)
                    answer.append(base + number)
                    share.append(self.half.weight(item.turns[number].metric) * lengths[number] ** -0.65)   # long answers count more, but not by their length
            metric.extend(list(METRICS).index(turn.metric) for turn in item.turns)
            r, p, t = r + len(item_rows), q, t + len(item_ids)
            text_ends.append(t)

        items = len(text_ends) - 1

        def ends(values, total, longest):
            while values[-1] < total:
                values.append(min(total, values[-1] + longest))
            return np.array(values + [total] * (SEGMENTS + 1 - len(values)), np.int32)

        def padded(values, fill, dtype):
            return np.array(values + [fill] * (TARGETS - len(values)), dtype)

        return {
            "rows": rows, "pairs": pairs, "places": places, "corners": corners, "weights": weights,
            "picture_ends": ends(picture_ends, PATCHES, LONGEST_PICTURE),
            "ids": ids, "positions": positions, "feature_rows": feature_rows,
            "text_ends": ends(text_ends, TOKENS, LONGEST_TEXT),
            "at": padded(at, 0, np.int32), "targets": padded(targets, 0, np.int32), "share": padded(share, 0, np.float32),
            "answer": padded(answer, len(metric), np.int32),
            "metric": padded([metric[k] for k in answer], len(METRICS), np.int32),
            "items": np.array([items], np.int32),
        }
