import { describe, expect, it } from 'vitest';
import {
  createModel,
  describePlain,
  foldNetwork,
  MOST_BRIGHT,
  NetworkError,
  parseNetwork,
  randomModelOf,
  randomParameters,
  readAnyModel,
  readModel,
  requireInput,
  RGB,
  writeModel,
  type AnyModel,
  type ImageInput,
} from '../../src/network/index.ts';

const input: ImageInput = { encoding: 'direct', size: { width: 6, height: 5 }, channels: RGB };
const size = { steps: 2, width: 6, height: 5, classes: ['a', 'b'] };
const neuron = { kind: 'mfp', structure: 'full' } as const;
const network = describePlain('toy', [3], { ...size, neuron, channels: 3, maxCount: MOST_BRIGHT });
const training = { dataset: 'cifar10', split: 'official', seed: 1, epochs: 1 };
const model: AnyModel = createModel(
  network,
  foldNetwork(network, randomParameters(network, 1)),
  input,
  training,
);

describe('a model of images', () => {
  it('is written and read as it is, and is none of recordings', () => {
    const file = writeModel(model);
    expect(readAnyModel(file)).toEqual(model);
    expect(() => readModel(file)).toThrow(
      expect.objectContaining({
        code: 'TAKES_IMAGES',
        message: expect.stringContaining('takes images of 6x5 pixels, and no recordings of events') as string,
      }) as Error,
    );
  });

  it('of recordings stays what it was', () => {
    const recordings = randomModelOf(describePlain('toy', [3], { ...size, neuron }), 1);
    expect(readAnyModel(writeModel(recordings))).toEqual(readModel(writeModel(recordings)));
    expect(recordings.network.input.channels).toBe(2);
  });

  it.each<[string, object, string]>([
    ['channels', { channels: 2 }, 'input.channels'],
    ['size', { width: 7 }, 'input.width'],
    ['values', { maxCount: 254 }, 'input.maxCount'],
  ])('reads what its network reads: %s', (_, other, field) => {
    const wrong = parseNetwork({ ...network, input: { ...network.input, ...other } });
    expect(() => {
      requireInput(wrong, input);
    }).toThrow(expect.objectContaining({ code: 'BAD_DESCRIPTION', field }) as NetworkError);
    const file = writeModel({ ...model, network: wrong });
    expect(() => readAnyModel(file)).toThrow(
      expect.objectContaining({ code: 'BAD_METADATA', field: `network.${field}` }) as Error,
    );
  });

  it('names what is wrong with its input', () => {
    for (const wrong of [
      { ...input, encoding: 'rate' },
      { ...input, channels: ['blue', 'green', 'red'] },
      { ...input, sensor: 1 },
    ])
      expect(() => writeModel({ ...model, input: wrong as unknown as ImageInput })).toThrow();
  });
});

describe('direct encoding keeps integers exact up to limits', () => {
  const describeFirst = (steps: number, kernel: number, own: object): unknown => ({
    name: 'first',
    steps,
    input: { height: 32, width: 32, channels: 3, maxCount: MOST_BRIGHT },
    classes: ['a', 'b'],
    layers: [
      { id: 'conv1', kind: 'conv', filters: 4, kernel, weights: 'int8' },
      { id: 'n1', ...own },
      { id: 'readout', kind: 'linear', units: 2 },
    ],
  });
  const full = { kind: 'mfp', structure: 'full' };

  it.each([
    [4, 3],
    [15, 3],
    [1, 5],
  ])('T = %i, kernel %i', (steps, kernel) => {
    expect(parseNetwork(describeFirst(steps, kernel, full)).steps).toBe(steps);
  });

  it.each([
    [16, 3, full],
    [4, 5, full],
    [4, 3, { kind: 'lif', decay: 0.9375 }],
  ])('T = %i, kernel %i is refused: %o', (steps, kernel, own) => {
    expect(() => parseNetwork(describeFirst(steps, kernel, own))).toThrow(/2\^24/);
  });
});
