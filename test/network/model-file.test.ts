import { describe, expect, it } from 'vitest';
import {
  ModelFileError,
  randomModel,
  readModel,
  readSafetensors,
  writeModel,
  writeSafetensors,
} from '../../src/network/index.ts';
import { NEURONS } from '../helpers/neurons.ts';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ModelFileError) return error.code;
    throw error;
  }
  return 'none';
};

describe('model files', () => {
  it.each(NEURONS)('%s: reading what was written gives the same model and the same bytes', (_, neuron) => {
    const model = randomModel({ neuron });
    const file = writeModel(model);
    expect(readModel(file)).toEqual(model);
    expect(writeModel(readModel(file))).toEqual(file);
  });

  const file = writeModel(randomModel({ height: 4, width: 4, stack: [2] }));

  it('refuses a file cut at any byte', () => {
    for (let length = 0; length < file.length; length++) {
      expect(code(() => readModel(file.subarray(0, length)))).toMatch(/TRUNCATED|NOT_A_MODEL|BAD_HEADER/);
    }
  });

  it('answers every flipped header byte with a model or a typed error', () => {
    const headerBytes = Number(new DataView(file.buffer).getBigUint64(0, true));
    for (let at = 0; at < 8 + headerBytes; at++) {
      for (const flip of [0x01, 0x80]) {
        const damaged = file.slice();
        damaged[at]! ^= flip;
        expect(code(() => readModel(damaged))).toMatch(/^[A-Za-z_]+$/);
      }
    }
  });

  const edit = (
    change: (parts: { tensors: Record<string, unknown>; metadata: Record<string, string> }) => void,
  ): Uint8Array => {
    const { tensors, metadata } = readSafetensors(file);
    const parts = { tensors: { ...tensors } as Record<string, unknown>, metadata: { ...metadata } };
    change(parts);
    return writeSafetensors(parts as never);
  };

  it.each([
    ['MISSING_TENSOR', (p) => delete p.tensors['mfp1.threshold']],
    ['UNKNOWN_TENSOR', (p) => (p.tensors['mfp9.threshold'] = p.tensors['mfp1.threshold'])],
    [
      'BAD_TENSOR',
      (p) => (p.tensors['mfp1.threshold'] = { dtype: 'I32', shape: [1, 1], data: Int32Array.of(1) }),
    ],
    [
      'BAD_TENSOR',
      (p) => (p.tensors['mfp1.voltage'] = { dtype: 'F32', shape: [4], data: Float32Array.of(1, NaN, 1, 1) }),
    ],
    [
      'BAD_TENSOR',
      (p) =>
        (p.tensors['mfp1.mixing'] = {
          dtype: 'I32',
          shape: [4, 4],
          data: new Int32Array(16).fill(2 ** 24),
        }),
    ],
    ['NOT_A_MODEL', (p) => (p.metadata['format'] = 'pt')],
    ['UNSUPPORTED_VERSION', (p) => (p.metadata['version'] = '99')],
    ['BAD_METADATA', (p) => (p.metadata['network'] = '{"steps":0}')],
    ['BAD_METADATA', (p) => (p.metadata['input'] = 'not json')],
    ['BAD_METADATA', (p) => delete p.metadata['training']],
  ] as [string, Parameters<typeof edit>[0]][])('%s', (expected, change) => {
    expect(code(() => readModel(edit(change)))).toBe(expected);
  });

  it('names a Git LFS pointer and another kind of file', () => {
    const text = (content: string): Uint8Array => new TextEncoder().encode(content);
    expect(code(() => readModel(text('version https://git-lfs.github.com/spec/v1\noid sha256:0')))).toBe(
      'GIT_LFS_POINTER',
    );
    expect(code(() => readModel(text('#!AER-DAT2.0\r\n# not a model')))).toBe('NOT_A_MODEL');
  });
});
