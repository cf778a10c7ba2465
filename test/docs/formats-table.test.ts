import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { eventFormats, networkForms, writableFormats } from '../../src/formats/index.ts';
import {
  formatsTable,
  tableIn,
  withoutSpeed,
  withTable,
  type MeasuredRate,
} from '../../tools/formats-table.mjs';
import { DVS128_EVENTS } from '../formats/aedat2/samples.ts';
import { encodeAll } from '../helpers/round-trip.ts';

const readme = readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8');

it("the README's table is the registry's; if not, run `npm run docs:formats`", () => {
  const table = formatsTable(eventFormats, networkForms, []);
  expect(withoutSpeed(tableIn(readme))).toBe(withoutSpeed(table));
});

it('is replaced between its markers only', () => {
  expect(tableIn(withTable(readme, 'another'))).toBe('another');
  expect(withTable(withTable(readme, 'another'), tableIn(readme))).toBe(readme);
});

it('shows the medians of the dense stream, each encoding by its name', () => {
  const rate = (name: string, does: 'decode' | 'encode', median: number, stream = 'rows'): MeasuredRate => ({
    format: 'dat',
    name,
    stream,
    does,
    median,
  });
  const rates = [
    rate('Prophesee DAT', 'decode', 301.6),
    rate('Prophesee DAT', 'decode', 7, 'scattered'),
    rate('Prophesee DAT', 'encode', 150.2),
    rate('Prophesee DAT 1', 'decode', 299),
  ];
  const table = formatsTable(eventFormats, networkForms, rates);
  expect(table).toContain('| 302 / 150, 1 299 / – |');
  expect(withoutSpeed(table)).toBe(withoutSpeed(formatsTable(eventFormats, networkForms, [])));
});

it.each(writableFormats())('$name streams if it says so', ({ streaming, createDecoder, createEncoder }) => {
  const encoder = createEncoder!();
  expect(encoder.push(DVS128_EVENTS).length > 0).toBe(streaming);
  const decoder = createDecoder();
  const before = decoder.push(encodeAll(createEncoder!(), DVS128_EVENTS));
  expect(before.length > 0).toBe(streaming);
});
