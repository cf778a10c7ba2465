import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { datasetDefinitions } from '../../datasets/index.ts';
import { eventFormats, networkForms, writableFormats } from '../../src/formats/index.ts';
import { datasetsTable } from '../../tools/datasets-table.mjs';
import {
  formatsTable,
  ratesTable,
  tableIn,
  withTable,
  type MeasuredRate,
  type MeasuredRates,
} from '../../tools/formats-table.mjs';
import { DVS128_EVENTS } from '../formats/aedat2/samples.ts';
import { encodeAll } from '../helpers/round-trip.ts';

const root = path.join(import.meta.dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

it("the README's formats are the registry's; if not, run `npm run docs:formats`", () => {
  expect(tableIn(readme, 'formats')).toBe(formatsTable(eventFormats, networkForms));
});

it("the README's data sets are the registry's; if not, run `npm run docs:formats`", () => {
  expect(tableIn(readme, 'data sets')).toBe(datasetsTable(datasetDefinitions));
});

it("the README's rates are those of the last measurement; if not, run `npm run docs:formats`", () => {
  const measured = JSON.parse(
    readFileSync(path.join(root, 'bench/results/formats.json'), 'utf8'),
  ) as MeasuredRates;
  expect(tableIn(readme, 'rates')).toBe(ratesTable(measured));
});

it('a table is replaced between its markers only', () => {
  expect(tableIn(withTable(readme, 'rates', 'another'), 'rates')).toBe('another');
  expect(withTable(withTable(readme, 'rates', 'another'), 'rates', tableIn(readme, 'rates'))).toBe(readme);
});

it('rates are the medians by stream, each encoding by its name', () => {
  const rate = (name: string, does: string, median: number, stream = 'rows'): MeasuredRate => ({
    format: 'dat',
    name,
    stream,
    does,
    median,
  });
  const rates = [
    rate('Copy to warm arrays', 'copy', 900, 'any'),
    rate('Prophesee DAT', 'decode', 301.6),
    rate('Prophesee DAT', 'decode', 7, 'C'),
    rate('Prophesee DAT', 'encode', 150.2),
    rate('Prophesee DAT 1', 'decode', 299),
  ];
  expect(ratesTable({ rates, streams: { rows: 'dense', C: 'sparse' } })).toBe(
    [
      '| decode / encode | rows | C |',
      '| --- | --- | --- |',
      '| Prophesee DAT | 302 / 150 | 7 |',
      '| Prophesee DAT 1 | 299 |  |',
    ].join('\n'),
  );
});

it.each(writableFormats())('$name streams if it says so', ({ streaming, createDecoder, createEncoder }) => {
  const encoder = createEncoder!();
  expect(encoder.push(DVS128_EVENTS).length > 0).toBe(streaming);
  const decoder = createDecoder();
  const file = encodeAll(createEncoder!(), DVS128_EVENTS);
  // What does not stream gives nothing before its end.
  const before = decoder.push(streaming ? file : file.subarray(0, -1));
  expect(before.length > 0).toBe(streaming);
});
