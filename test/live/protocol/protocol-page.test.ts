/** PROTOCOL.md is what other clients are written from: what it lists is what the types say. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CONVENTIONS } from '../../../src/events/index.ts';
import { CHIP_LAYOUTS } from '../../../src/formats/aedat2/addressing.ts';
import { TIME_UNITS } from '../../../src/formats/index.ts';
import { CLOSE_CODES, KIND } from '../../../src/live/client.ts';

const live = path.join(import.meta.dirname, '../../../src/live');
const page = readFileSync(path.join(live, 'PROTOCOL.md'), 'utf8');
const sources = ['messages.ts', 'viewer-messages.ts'].map((name) =>
  readFileSync(path.join(live, 'protocol', name), 'utf8'),
);

const typeText = (text: string): string =>
  text
    .replaceAll('readonly ', '')
    .replaceAll(' | undefined', '')
    .replaceAll('Readonly<Record<string, number>>', 'Record<string, number>')
    .trim();

/** `name?: type` of the fields of all exported interfaces. */
function declared(source: string): [string, string[]][] {
  return [...source.matchAll(/export interface (\w+) \{\n(.*?)\n\}\n/gs)].map(([, name = '', body = '']) => {
    const plain = body.replace(/\/\*\*.*?\*\//gs, '').replace(/\s+/g, ' ');
    const fields = [...plain.matchAll(/readonly (\w+\??): ((?:[^;{]|\{[^}]*\})*);/g)];
    return [name, fields.map(([, field = '', type = '']) => `${field}: ${typeText(type)}`)];
  });
}

/** The same of the page's tables. */
function listed(text: string): [string, string[]][] {
  return [...text.matchAll(/^### .*: `(\w+)`$([^#]*)/gm)].map(([, name = '', section = '']) => [
    name,
    [...section.matchAll(/^\| `(\w+\??)` +\| `((?:\\\||[^|`])*)`/gm)].map(
      ([, field = '', type = '']) => `${field}: ${type.replaceAll('\\|', '|')}`,
    ),
  ]);
}

it('lists every field of every message, with its type, and nothing else', () => {
  const types = Object.fromEntries(sources.flatMap(declared));
  // That both are read at all.
  expect(Object.keys(types).length).toBeGreaterThan(15);
  expect(types['DecisionMessage']).toContain('epoch: number');
  expect(types['StatsMessage']).toContain('latencyMs: { last: number; p50: number; p99: number }');
  expect(Object.fromEntries(listed(page))).toEqual(types);
});

it('lists all close codes, kinds and values of options', () => {
  const rows = [...page.matchAll(/^\| ([^|]*?) +\|/gm)].map(([, first = '']) => first);
  const codes = rows.flatMap((row) => row.split(', ')).filter((row) => /^\d{4}$/.test(row));
  for (const code of Object.values(CLOSE_CODES)) expect(codes).toContain(String(code));
  for (const [name, kind] of Object.entries(KIND))
    expect(
      rows.some((row) => row.startsWith(`${kind} ${name === 'display' ? 'display frame' : name}`)),
      name,
    ).toBe(true);
  const values = (field: string): string[] => {
    const [row = ''] = new RegExp(`^\\| \`${field}\\?\`.*$`, 'm').exec(page) ?? [];
    return [...row.slice(row.indexOf(':')).matchAll(/`([\w-]+)`/g)].map(([, value = '']) => value);
  };
  expect(values('chip')).toEqual(Object.keys(CHIP_LAYOUTS));
  expect(values('convention')).toEqual(CONVENTIONS);
  expect(values('timeUnit')).toEqual(TIME_UNITS);
  expect(values('endianness')).toEqual(['little', 'legacy']);
});
