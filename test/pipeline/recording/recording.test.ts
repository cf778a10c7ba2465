import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../../src/formats/index.ts';
import { openRecording, type OpenRecordingOptions } from '../../../src/pipeline/index.ts';
import { expectAnyPart, gathered, memorySource, openIndexed } from '../../helpers/recordings.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';

interface RealRecording {
  readonly file: string;
  readonly options?: OpenRecordingOptions;
  /** Whether decoding can go on in the middle. */
  readonly seeks?: boolean;
  /** Of a stretch of the index. */
  readonly seekBytes?: number;
}

const RECORDINGS: readonly RealRecording[] = [
  { file: 'aedat1/tmpdiff128.dat' },
  { file: 'aedat2-dvs128/alex_walking_again.aedat' },
  { file: 'aedat2-davis/IMU_rotDisk.aedat' },
  // All of it is needed to tell the chip.
  { file: 'aedat2-davis/translating-square-no-chip-line.aedat', seeks: false },
  { file: 'aedat3/derived-dvs128.aedat' },
  { file: 'aedat4/davis346.aedat4' },
  { file: 'aedat4/many-small-packets-240x180.aedat4' },
  { file: 'aedat4-derived/sample_ZSTD.aedat4' },
  { file: 'atis40/ncaltech101-faces_easy_0001.bin', options: { format: 'atis40' } },
  { file: 'dat/sample_ncars.dat' },
  { file: 'evt/evt2.raw' },
  { file: 'evt/evt21-hummingbird.raw' },
  { file: 'evt/evt3_sample.raw' },
  { file: 'evt/evt3-trigger.raw' },
  { file: 'es/dvs.es' },
  { file: 'ros/event_camera_py-test_events_1.bag' },
  { file: 'ros/event_camera_py-test_events_2_0.mcap' },
  { file: 'ros/event_camera_py-test_events_1.db3', seekBytes: 70_000 },
  { file: 'dvs128-objects/Cubo.zip', seeks: false },
];

describe.skipIf(!hasSharedData)('openRecording, real recordings', () => {
  it.each(RECORDINGS)(
    '$file: any part is what decoding from the start gives',
    async ({ file, options = {}, seeks = true, seekBytes = 2000 }) => {
      await expectAnyPart(readShared(file), { fileName: file, ...options }, seeks ? seekBytes : null);
    },
  );

  it('reads only what is asked for', async () => {
    const bytes = readShared('evt/evt3_sample.raw');
    const recording = await openIndexed(bytes, {}, 4096);
    const { tFirst, tLast } = await recording.summary();
    const middle = (tFirst! + tLast!) / 2;
    const part = await gathered(recording.events(middle, middle + 1000));
    expect(part.length).toBeGreaterThan(0);
    expect(recording.bytesRead).toBeLessThan(bytes.length / 4);
  });

  it('without an index all is decoded once, and the index is there then', async () => {
    const bytes = readShared('evt/evt2.raw');
    const source = memorySource(bytes);
    const recording = await openRecording(source);
    const summary = await recording.summary();
    const decoder = createDecoder();
    decoder.push(bytes);
    decoder.finish();
    const { events, on, tFirst, tLast } = decoder.report;
    expect(summary).toMatchObject({ events, on, tFirst, tLast, durationMicros: tLast! - tFirst! });
    expect(summary.rate.counts.reduce((a, b) => a + b)).toBe(events);
    expect(recording.bytesRead).toBe(bytes.length);
    const asked = source.bytesAsked;
    expect(await gathered(recording.events(tLast! + 1))).toHaveLength(0);
    expect(source.bytesAsked).toBe(asked);
  });
});
