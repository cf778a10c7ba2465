/**
 * The messages of an ONNX file that saccade writes, field by field as `onnx.proto` numbers them:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import type { OwnedBytes } from '../../events/index.ts';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The typed array of each element type. */
export interface OnnxArrays {
  float: Float32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  int32: Int32Array;
  int64: BigInt64Array;
}

/** Element types that saccade uses. */
export type OnnxDtype = keyof OnnxArrays;

/** `TensorProto.DataType`. */
const DATA_TYPE: Record<OnnxDtype, number> = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 };

/** A whole number, a list of them, a text or a number with a fraction. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number };

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

type Write = (writer: BinaryWriter) => void;

function message(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

/** Elements as ONNX wants them, little-endian. */
function littleEndian<Dtype extends OnnxDtype>(dtype: Dtype, data: OnnxArrays[Dtype]): Uint8Array {
  const bytes = new Uint8Array(data.length * data.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  for (let i = 0, at = 0; i < data.length; i++, at += data.BYTES_PER_ELEMENT) {
    const value = data[i]!;
    if (typeof value === 'bigint') view.setBigInt64(at, value, true);
    else if (dtype === 'float') view.setFloat32(at, value, true);
    else if (dtype === 'int32') view.setInt32(at, value, true);
    else view.setUint8(at, value & 0xff);
  }
  return bytes;
}

/** `TensorProto` with raw data. */
export function tensorMessage<Dtype extends OnnxDtype>(
  name: string,
  dtype: Dtype,
  dims: readonly number[],
  data: OnnxArrays[Dtype],
): Uint8Array {
  const writer = new BinaryWriter();
  for (const dim of dims) integer(writer, 1, dim);
  integer(writer, 2, DATA_TYPE[dtype]);
  text(writer, 8, name);
  return writer.tag(9, WireType.LengthDelimited).bytes(littleEndian(dtype, data)).finish();
}

/** `ValueInfoProto` of a tensor. */
export function valueInfoMessage(name: string, dtype: OnnxDtype, dims: readonly number[]): Uint8Array {
  const writer = new BinaryWriter();
  text(writer, 1, name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      integer(tensor, 1, DATA_TYPE[dtype]);
      message(tensor, 2, (shape) => {
        for (const dim of dims) message(shape, 1, (entry) => integer(entry, 1, dim));
      });
    }),
  );
  return writer.finish();
}

function writeAttribute(writer: BinaryWriter, name: string, value: AttributeValue): void {
  text(writer, 1, name);
  if (typeof value === 'number') {
    integer(writer, 3, value);
    integer(writer, 20, ATTRIBUTE_TYPE.int);
  } else if (typeof value === 'string') {
    writer.tag(4, WireType.LengthDelimited).bytes(new TextEncoder().encode(value));
    integer(writer, 20, ATTRIBUTE_TYPE.string);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    integer(writer, 20, ATTRIBUTE_TYPE.float);
  } else {
    for (const entry of value) integer(writer, 8, entry);
    integer(writer, 20, ATTRIBUTE_TYPE.ints);
  }
}

/** `NodeProto`. */
export function nodeMessage(node: {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}): Uint8Array {
  const writer = new BinaryWriter();
  for (const name of node.inputs) text(writer, 1, name);
  for (const name of node.outputs) text(writer, 2, name);
  text(writer, 3, node.name);
  text(writer, 4, node.opType);
  for (const [name, value] of Object.entries(node.attributes))
    message(writer, 5, (attribute) => {
      writeAttribute(attribute, name, value);
    });
  if (node.domain !== '') text(writer, 7, node.domain);
  return writer.finish();
}

/** The parts of a `ModelProto`, already encoded where they are messages. */
export interface ModelMessage {
  readonly irVersion: number;
  readonly producer: string;
  readonly doc: string;
  readonly graphName: string;
  /** Operator set version by domain; '' is ONNX itself. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly Uint8Array[];
  readonly initializers: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

/** `ModelProto`: the bytes of a file. */
export function modelMessage(model: ModelMessage): OwnedBytes {
  const writer = new BinaryWriter();
  integer(writer, 1, model.irVersion);
  text(writer, 2, model.producer);
  text(writer, 6, model.doc);
  message(writer, 7, (graph) => {
    const parts = (field: number, messages: readonly Uint8Array[]): void => {
      for (const bytes of messages) graph.tag(field, WireType.LengthDelimited).bytes(bytes);
    };
    parts(1, model.nodes);
    text(graph, 2, model.graphName);
    parts(5, model.initializers);
    parts(11, model.inputs);
    parts(12, model.outputs);
  });
  for (const [domain, version] of Object.entries(model.opsets)) {
    message(writer, 8, (opset) => {
      text(opset, 1, domain);
      integer(opset, 2, version);
    });
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    message(writer, 14, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  return writer.finish();
}
