import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNetwork, readModel, type NamedTensor } from '../../src/network/index.ts';
import { hasPythonModule, python } from '../helpers/python.ts';

const file = path.resolve(import.meta.dirname, '../../models/nmnist.safetensors');
const model = readModel(readFileSync(file));

/** What Python prints for every tensor: shape, sum and sum weighted by position. */
const REPORT = `
print(json.dumps([metadata["network"], {name: [list(a.shape), float(a.astype("f8").sum()),
    float((a.astype("f8").ravel() * numpy.arange(a.size)).sum())] for name, a in tensors.items()}]))`;

function summary({ shape, data }: NamedTensor): [readonly number[], number, number] {
  let [sum, weighted] = [0, 0];
  for (const [i, value] of data.entries()) {
    sum += value;
    weighted += value * i;
  }
  return [shape, sum, weighted];
}

function expectSame(printed: string): void {
  const [network, tensors] = JSON.parse(printed) as [string, Record<string, [number[], number, number]>];
  expect(parseNetwork(JSON.parse(network))).toEqual(model.network);
  const names = model.layers.flatMap(({ spec, tensors: own }) =>
    Object.keys(own).map((name) => `${spec.id}.${name}`),
  );
  expect(Object.keys(tensors).sort()).toEqual(names.sort());
  for (const { spec, tensors: own } of model.layers) {
    for (const [name, tensor] of Object.entries(own)) {
      const [shape, sum, weighted] = summary(tensor);
      const got = tensors[`${spec.id}.${name}`]!;
      expect(got[0]).toEqual(shape);
      // Integers are exact; float sums depend on the order.
      if (tensor.dtype === 'F32') expect(got[1]).toBeCloseTo(sum, 3);
      else expect(got.slice(1)).toEqual([sum, weighted]);
    }
  }
}

describe('a model file in Python', () => {
  it.skipIf(!hasPythonModule('safetensors'))('opens with the safetensors package', () => {
    const script = `
import json, numpy, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "np") as f:
    metadata, tensors = f.metadata(), {name: f.get_tensor(name) for name in f.keys()}${REPORT}`;
    expectSame(python(script, file));
  });

  it.skipIf(!hasPythonModule('numpy'))('opens with NumPy alone', () => {
    const script = `
import json, numpy, sys
raw = open(sys.argv[1], "rb").read()
data = 8 + int.from_bytes(raw[:8], "little")
header = json.loads(raw[8:data])
metadata = header.pop("__metadata__")
dtypes = {"U8": "u1", "I8": "i1", "I32": "<i4", "F32": "<f4"}
tensors = {name: numpy.frombuffer(raw[data:][slice(*t["data_offsets"])], dtypes[t["dtype"]]).reshape(t["shape"])
           for name, t in header.items()}${REPORT}`;
    expectSame(python(script, file));
  });
});
