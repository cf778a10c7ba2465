import { expect, it } from 'vitest';
import { eventFormats, networkForms } from '../../src/formats/index.ts';
import { datagramSamples } from './network/samples.ts';
import { formatSamples } from './samples.ts';

const sampled = new Set([...formatSamples, ...datagramSamples].map(({ open }) => open({}).constructor));

it.each([...eventFormats, ...networkForms])('$id has a small recording of its own', ({ createDecoder }) => {
  expect(sampled).toContain(createDecoder({ geometry: { width: 8, height: 8 } }).constructor);
});
