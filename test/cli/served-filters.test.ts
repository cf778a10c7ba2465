/** `--filter` of `inspect`, and of what is served. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { filtersFromTexts } from '../../src/cli/filter-options.ts';
import { loadFilteredModel } from '../../src/cli/serve/filtered-model.ts';
import { batchFromTuples, concatBatches, SeededRandom, type EventTuple } from '../../src/events/index.ts';
import { FilterChain, parseFilter } from '../../src/filters/index.ts';
import { createEncoder } from '../../src/formats/index.ts';
import { readModel } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';
import { digestOf } from '../helpers/digest.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const clip = path.join(root, 'examples/recordings/nmnist/Test/7/00001.bin');
const model = path.join(root, 'models/nmnist.safetensors');

const random = new SeededRandom(4);
let time = 0;
const events = batchFromTuples(
  Array.from({ length: 3000 }, (): EventTuple => {
    time += random.integer(50);
    return [time, random.integer(64), random.integer(48), random.integer(2)];
  }),
  { width: 64, height: 48 },
);

function recording(): { readonly input: string } {
  const input = path.join(temporaryFolder(), 'input.dat');
  writeFileSync(input, encodeAll(createEncoder('dat', { geometry: events.geometry! }), events));
  return { input };
}

describe('inspect', () => {
  const flags = ['--filter', 'refractory=periodMicros:2ms', '--filter', 'polarity=keep:on'];

  it('says what filters leave, beside what the recording holds', async () => {
    const { input } = recording();
    const { code, out } = await saccade('inspect', input, ...flags, '--json', '--digest');
    expect(code).toBe(0);
    const chain = new FilterChain(['refractory=periodMicros:2ms', 'polarity=keep:on'].map(parseFilter));
    const left = concatBatches([...chain.push(events), ...chain.finish()]);
    const found = JSON.parse(out) as Record<string, unknown>;
    expect(found).toMatchObject({ events: 3000, left: { events: left.length, on: left.length } });
    expect(found['filters']).toEqual(JSON.parse(JSON.stringify(chain.reports)));
    expect(found['sha256']).toBe(digestOf(left));
    const text = (await saccade('inspect', input, ...flags)).out;
    expect(text).toMatch(/ events +3,000, [\d.]+ % ON\n/);
    expect(text).toMatch(/ filter +refractory: [\d,]+ of 3,000 events left out/);
    expect(text).toContain(`left      ${left.length.toLocaleString('en')}, 100.0 % ON`);
  });

  it('says nothing of filters where there are none', async () => {
    const { out } = await saccade('inspect', recording().input, '--json');
    expect(JSON.parse(out)).not.toHaveProperty('left');
  });

  it('refuses filters of what it does not print, and of a sensor that nobody states', async () => {
    const { input } = recording();
    expect(await saccade('inspect', input, '--side-lines', ...flags)).toMatchObject({ code: 2 });
    const { code, err } = await saccade('inspect', clip, ...flags);
    expect(code).toBe(3);
    expect(err).toContain('--geometry');
  });
});

describe('models of servers', () => {
  it('are as if they had been trained behind the filters, and have another file', async () => {
    const filter = [parseFilter('background-activity=windowMicros:5ms')];
    const plain = await loadFilteredModel(model, {});
    expect(Buffer.compare(plain.modelFile, readFileSync(model))).toBe(0);
    const filtered = await loadFilteredModel(model, { filter });
    expect(filtered.model.input).toEqual({ ...plain.model.input, filters: filter });
    expect(readModel(filtered.modelFile)).toEqual(filtered.model);
    expect((await loadFilteredModel(model, { filter: [] })).modelFile).toEqual(plain.modelFile);
  });

  it('that state filters are served with those, with none, or with others when none is said', async () => {
    const at = path.join(temporaryFolder(), 'model.safetensors');
    const filter = [parseFilter('refractory')];
    const { modelFile } = await loadFilteredModel(model, { filter });
    writeFileSync(at, modelFile);
    expect((await loadFilteredModel(at, { filter })).modelFile).toEqual(modelFile);
    const others = [parseFilter('refractory=periodMicros:1ms')];
    await expect(loadFilteredModel(at, { filter: others, withoutStated: false })).rejects.toThrow(
      /other filters than the model was trained behind, refractory=/,
    );
    for (const [given, filters] of [
      [['none'], []],
      [['none', 'flip'], [parseFilter('flip')]],
    ] as const) {
      const flags = { filter: await filtersFromTexts(given), withoutStated: true };
      expect((await loadFilteredModel(at, flags)).model.input.filters).toEqual(filters);
    }
  });

  it('are refused with filters that cannot work on their sensor', async () => {
    const filter = [parseFilter('region=x:30,y:0,width:16,height:16')];
    await expect(loadFilteredModel(model, { filter })).rejects.toThrow(/does not go together with the model/);
  });
});
