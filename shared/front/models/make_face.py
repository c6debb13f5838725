#!/usr/bin/env python3
"""Makes face.onnx out of the detector of faces that the package `mediapipe` 0.10.14 carries.

    make_face.py MEDIAPIPE.whl FOLDER

Nothing is trained. The network stays what it is but for what is not needed: it sees brightness only (the weights for
red, green and blue are added up), and says where a face is but not where its eyes, ears, nose and mouth are. Its
weights are stored as make.py stores those of the others.

The same wheel gives the same bytes. `make` installs what this needs and calls it.
"""
import hashlib
import pathlib
import sys
import zipfile

import numpy
import tflite
from onnx import TensorProto, checker, helper, numpy_helper

from make import pack

SOURCE = "mediapipe/modules/face_detection/face_detection_short_range.tflite"
DIGEST = "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
SIDE = 128
# Of the 16 values for each place: the centre and the size of the face. The others are six points of it.
PLACE = 4
OPERATORS = {value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)}


class Conversion:
    """The nodes and weights of the new model, while the operators of the old one are read in order."""

    def __init__(self, model):
        self.model, self.graph = model, model.Subgraphs(0)
        self.nodes, self.weights, self.dequantized = [], [], {}

    def stored(self, index):
        """The values of a tensor that the model carries."""
        index = self.dequantized.get(index, index)
        tensor = self.graph.Tensors(index)
        kind = {tflite.TensorType.FLOAT16: "<f2", tflite.TensorType.INT32: "<i4"}[tensor.Type()]
        data = self.model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
        return numpy.frombuffer(data, kind).reshape(tensor.ShapeAsNumpy())

    def weight(self, name, values):
        self.weights.append(numpy_helper.from_array(numpy.ascontiguousarray(values.astype(numpy.float32)), name))
        return name

    def constant(self, name, values):
        self.weights.append(numpy_helper.from_array(numpy.array(values, numpy.int64), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))

    def shape(self, index):
        return [int(size) for size in self.graph.Tensors(index).ShapeAsNumpy()]

    def convolution(self, inputs, output, options, depthwise):
        """From rows × columns × channels to channels × rows × columns."""
        source, kernel, bias = inputs
        values = self.stored(kernel)
        # Depthwise: 1, rows, columns, channels. Otherwise: outputs, rows, columns, inputs.
        values = values.transpose(3, 0, 1, 2) if depthwise else values.transpose(0, 3, 1, 2)
        first = source == self.graph.Inputs(0)
        if first:
            values = values.astype(numpy.float32).sum(axis=1, keepdims=True)
        biases = self.stored(bias)
        if output in self.places():
            outputs = [index for index in range(len(biases)) if index % 16 < PLACE]
            values, biases = values[outputs], biases[outputs]
        step, size, rows = options.StrideH(), values.shape[2], self.shape(source)[1]
        padding = max((self.shape(output)[1] - 1) * step + size - rows, 0)
        before, after = padding // 2, padding - padding // 2
        self.node(
            "Conv",
            [
                "picture" if first else f"t{source}",
                self.weight(f"w{output}", values),
                self.weight(f"b{output}", biases),
            ],
            f"t{output}",
            strides=[step, step],
            dilations=[1, 1],
            pads=[before, before, after, after],
            group=values.shape[0] if depthwise else 1,
        )

    def places(self):
        """The outputs of convolutions that say where faces are: 16 values for each anchor."""
        operators = map(self.graph.Operators, range(self.graph.OperatorsLength()))
        return [
            operator.Inputs(0)
            for operator in operators
            if operator.InputsLength() == 1 and self.shape(operator.Outputs(0))[1:] in ([512, 16], [384, 16])
        ]

    def operator(self, operator):
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        name = OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [int(index) for index in operator.InputsAsNumpy()]
        output = operator.Outputs(0)
        names = [f"t{index}" for index in inputs]

        def options(kind):
            found = kind()
            found.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
            return found

        if name == "DEQUANTIZE":
            self.dequantized[output] = inputs[0]
        elif name == "CONV_2D":
            self.convolution(inputs, output, options(tflite.Conv2DOptions), depthwise=False)
        elif name == "DEPTHWISE_CONV_2D":
            self.convolution(inputs, output, options(tflite.DepthwiseConv2DOptions), depthwise=True)
        elif name == "MAX_POOL_2D":
            self.node("MaxPool", names, f"t{output}", kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])
        elif name == "PAD":
            # Channels only: they are last there, and second here.
            more = int(self.stored(inputs[1])[3, 1])
            pads = self.constant(f"p{output}", [0, 0, 0, 0, 0, more, 0, 0])
            self.node("Pad", [names[0], pads], f"t{output}")
        elif name == "ADD":
            self.node("Add", names, f"t{output}")
        elif name == "RELU":
            self.node("Relu", names, f"t{output}")
        elif name == "RESHAPE":
            values = PLACE if inputs[0] in self.places() else 1
            self.node("Transpose", names, f"r{output}", perm=[0, 2, 3, 1])
            self.node("Reshape", [f"r{output}", self.constant(f"s{output}", [1, -1, values])], f"t{output}")
        elif name == "CONCATENATION":
            self.node("Concat", names, "places" if output == self.graph.Outputs(0) else "scores", axis=1)
        else:
            sys.exit(f"{name} is not expected")

    def onnx(self):
        for index in range(self.graph.OperatorsLength()):
            self.operator(self.graph.Operators(index))
        value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(
            self.nodes,
            "faces",
            [value("picture", [1, 1, SIDE, SIDE])],
            [value("places", [1, 896, PLACE]), value("scores", [1, 896, 1])],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        pack(model)
        checker.check_model(model, full_check=True)
        return model


def main():
    data = zipfile.ZipFile(sys.argv[1]).read(SOURCE)
    found = hashlib.sha256(data).hexdigest()
    if found != DIGEST:
        sys.exit(f"{SOURCE} is not the expected one: {found}")
    model = Conversion(tflite.Model.GetRootAsModel(data, 0)).onnx().SerializeToString(deterministic=True)
    (pathlib.Path(sys.argv[2]) / "face.onnx").write_bytes(model)
    print(f"{hashlib.sha256(model).hexdigest()}  face.onnx")


if __name__ == "__main__":
    main()
