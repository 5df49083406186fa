"""Writes reference.safetensors with the reference library, safetensors 0.8."""

import numpy
from safetensors import TensorSpec, serialize_file

f32 = numpy.arange(15, dtype="<f4").reshape(3, 5) / 4 - 1
bf16 = (f32.view("<u4") >> 16).astype("<u2")  # quarters are exact in bf16
tensors = {
    "visual.patch_embed.proj.weight": ("bfloat16", bf16.reshape(3, 5)),
    "model.norm.weight": ("float32", f32),
    "model.half": ("float16", f32.astype("<f2")),
    "lm_head.weight": ("float64", f32.astype("<f8")),
    "ids": ("int64", numpy.array([-1, 2**40], dtype="<i8")),
    "mask": ("bool", numpy.array([1, 0, 1], dtype="u1")),
    "codes": ("float8_e4m3fn", numpy.array([0x38, 0x7E], dtype="u1")),
    "scalar": ("int32", numpy.array(-7, dtype="<i4")),
    "empty": ("float32", numpy.zeros((0, 4), dtype="<f4")),
}
serialize_file(
    {k: TensorSpec(dtype=d, shape=a.shape, data_ptr=a.ctypes.data, data_len=a.nbytes)
     for k, (d, a) in tensors.items()},
    "reference.safetensors",
    {"format": "pt", "note": "__metadata__ is skipped"},
)
