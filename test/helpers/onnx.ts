/** Reads ONNX files for tests: the fields that saccade writes. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A message as numbers, texts and byte strings by field number, in file order. */
type Fields = Map<number, (number | Uint8Array)[]>;

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Fields = new Map();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    if (type === WireType.Varint) values.push(Number(reader.int64()));
    else if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Bit32) values.push(reader.float());
    else throw new Error(`Unexpected wire type ${type} of field ${field}.`);
  }
  return fields;
}

const messages = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).map((bytes) => fieldsOf(bytes as Uint8Array));
const texts = (fields: Fields, field: number): string[] =>
  (fields.get(field) ?? []).map((bytes) => new TextDecoder().decode(bytes as Uint8Array));
const numbers = (fields: Fields, field: number): number[] => (fields.get(field) ?? []) as number[];

export interface ReadValue {
  name: string;
  dims: number[];
}
export interface ReadNode {
  opType: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, number[] | string>;
}
export interface ReadOnnx {
  producer: string;
  opsets: Record<string, number>;
  metadata: Record<string, string>;
  inputs: ReadValue[];
  outputs: ReadValue[];
  nodes: ReadNode[];
  constants: Record<string, { dims: number[]; bytes: Uint8Array }>;
}

function readValue(value: Fields): ReadValue {
  const tensor = messages(messages(value, 2)[0]!, 1)[0]!;
  const dims = messages(messages(tensor, 2)[0]!, 1).map((dim) => numbers(dim, 1)[0]!);
  return { name: texts(value, 1)[0]!, dims };
}

function readNode(node: Fields): ReadNode {
  const attributes = messages(node, 5).map((attribute): [string, number[] | string] => [
    texts(attribute, 1)[0]!,
    numbers(attribute, 20)[0] === 3
      ? texts(attribute, 4)[0]!
      : [...numbers(attribute, 2), ...numbers(attribute, 3), ...numbers(attribute, 8)],
  ]);
  return {
    opType: texts(node, 4)[0]!,
    domain: texts(node, 7)[0] ?? '',
    inputs: texts(node, 1),
    outputs: texts(node, 2),
    attributes: Object.fromEntries(attributes),
  };
}

/** Reads a file. */
export function readOnnx(bytes: Uint8Array): ReadOnnx {
  const model = fieldsOf(bytes);
  const graph = messages(model, 7)[0]!;
  const pairs = (field: number): [string, Fields][] =>
    messages(model, field).map((entry) => [texts(entry, 1)[0]!, entry]);
  return {
    producer: texts(model, 2)[0]!,
    opsets: Object.fromEntries(pairs(8).map(([domain, entry]) => [domain, numbers(entry, 2)[0]!])),
    metadata: Object.fromEntries(pairs(14).map(([key, entry]) => [key, texts(entry, 2)[0]!])),
    inputs: messages(graph, 11).map(readValue),
    outputs: messages(graph, 12).map(readValue),
    nodes: messages(graph, 1).map(readNode),
    constants: Object.fromEntries(
      messages(graph, 5).map((tensor) => [
        texts(tensor, 8)[0]!,
        { dims: numbers(tensor, 1), bytes: tensor.get(9)![0] as Uint8Array },
      ]),
    ),
  };
}
