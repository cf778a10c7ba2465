import { describe, expect, it } from 'vitest';
import { EventCutter } from '../../../src/events/index.ts';
import { openRecording } from '../../../src/pipeline/index.ts';
import { canonicalText } from '../../helpers/decode.ts';
import { cutWhole, gathered, memorySource } from '../../helpers/recordings.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';

const FILES = [
  'aedat4/dvxplorer.aedat4',
  'aedat4/many-small-packets-240x180.aedat4',
  'aedat4/dvSave-2024_06_20_16_12_48.aedat4',
];

describe.skipIf(!hasSharedData)("AEDAT 4's table of packets", () => {
  it.each(FILES)('%s: parts are what decoding from the start gives, and little is read', async (file) => {
    const bytes = readShared(file);
    const recording = await openRecording(memorySource(bytes));
    expect(recording.index).toMatchObject({ origin: 'table' });
    const { tFirst, tLast, events, durationMicros } = await recording.summary();
    const whole = cutWhole(bytes, {}, {});
    expect({ tFirst, tLast, events }).toEqual({
      tFirst: whole.events.t[0],
      tLast: whole.events.t.at(-1),
      events: whole.report.events,
    });
    for (const part of [0, 0.3, 0.9]) {
      const startMicros = tFirst! + Math.floor(part * durationMicros);
      const time = { startMicros, endMicros: startMicros + 20_000 };
      const cutter = new EventCutter({ time });
      const expected = cutWhole(bytes, {}, { time });
      expect(canonicalText(await gathered(recording.cut(cutter)))).toBe(canonicalText(expected.events));
      expect(cutter.report).toEqual(expected.report);
    }
  });

  it.each(['aedat4/davis346.aedat4', 'aedat4-derived/sample_LZ4_no_table.aedat4'])(
    '%s: a table of zeros, or none, is not used',
    async (file) => {
      expect((await openRecording(memorySource(readShared(file)))).index).toBeNull();
    },
  );

  it('damage of the table is no table, and packets that contradict it are an error', async () => {
    const bytes = readShared('aedat4/dvxplorer.aedat4');
    const cut = bytes.slice(0, -100);
    expect((await openRecording(memorySource(cut))).index).toBeNull();
    const recording = await openRecording(memorySource(bytes));
    const { stretches } = recording.index!;
    const index = {
      ...recording.index!,
      stretches: stretches.map((one) => ({ ...one, events: one.events + 1 })),
    };
    const lying = await openRecording(memorySource(bytes), { index });
    await expect(gathered(lying.events())).rejects.toMatchObject({ code: 'STALE_INDEX' });
  });
});
