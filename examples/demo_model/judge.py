"""Is an answer right? One rule a metric."""
import json
import re


def overlap(a, b):
    """Intersection over union of two boxes x1, y1, x2, y2."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    area = lambda box: max(0, box[2] - box[0]) * max(0, box[3] - box[1])
    shared = width * height
    return shared / (area(a) + area(b) - shared)


def _json(answer, key, numbers):
    try:
        values = json.loads(answer)[key]
        return values if len(values) == numbers and all(isinstance(v, (int, float)) for v in values) else None
    except (ValueError, KeyError, TypeError):
        return None


def right(item, answer):
    answer = answer.strip("\n")
    if item["metric"] == "grounding":
        box = _json(answer, "bbox_2d", 4)
        return box is not None and overlap(box, item["box"]) > 0.5
    if item["metric"] == "gui":
        point, box = _json(answer, "coordinate", 2), item["box"]
        return point is not None and box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
    if item["metric"] == "video_time":
        times = [float(t) for t in re.findall(r"(\d+(?:\.\d+)?) ?(?:seconds|秒)", answer)]
        return len(times) == len(item["seconds"]) and all(abs(a - b) <= 0.5 for a, b in zip(times, item["seconds"]))
    return answer == item["answer"]
