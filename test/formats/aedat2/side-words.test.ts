import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Aedat1Decoder,
  Aedat2Decoder,
  SIDE_CHANNELS,
  type Aedat2DecoderOptions,
  type CameraFrame,
  type ImuSample,
  type SideChannelItems,
  type SideChannelName,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { listening } from '../../helpers/fuzz.ts';
import { expectedRows, hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { davisSample } from './samples.ts';
import { aps, apsReset, file, imuWord, MARK, type Word } from './words.ts';

type Heard = { [Name in SideChannelName]: SideChannelItems[Name][] };

function listen(
  bytes: Uint8Array,
  options: Aedat2DecoderOptions = {},
  chunks?: readonly number[],
): { heard: Heard; decoder: Aedat2Decoder; digest: string } {
  const heard = Object.fromEntries(SIDE_CHANNELS.map((name) => [name, [] as unknown[]])) as unknown as Heard;
  const sideChannels = Object.fromEntries(
    SIDE_CHANNELS.map((name) => [name, (item: never): unknown => heard[name].push(item)]),
  );
  const decoder = new Aedat2Decoder({ chip: 'davis240', ...options, sideChannels });
  return { heard, decoder, digest: digestOf(decodeAll(decoder, bytes, chunks)) };
}

describe.skipIf(!hasSharedData)('a recording with an inertial sensor', () => {
  it('gives the known first sample, all samples, and the same events', () => {
    const path = 'aedat2-davis/IMU_rotDisk.aedat';
    const row = expectedRows('AEDAT2.0').find((candidate) => candidate.path === path)!;
    const { heard, decoder, digest } = listen(readShared(path), {}, [99_991]);
    expect(digest).toBe(row.sha256);
    expect(heard.imu.length).toBe(7384);
    expect(decoder.report).toMatchObject({ side: { imu: 7384 }, dropped: { 'not-a-pixel': 0 } });
    const deaf = new Aedat2Decoder();
    expect(digestOf(decodeAll(deaf, readShared(path)))).toBe(row.sha256);
    expect(deaf.report).toMatchObject({ side: { imu: 0 }, dropped: { 'not-a-pixel': 7 * 7384 } });
    const first = heard.imu[0]!;
    expect(first.tMicros).toBe(342_081);
    expect([...first.raw!]).toEqual([948, -4042, 426, -1184, -115, 20, 1040]);
    expect(first.accelerationG).toEqual([948 / 4096, -4042 / 4096, 426 / 4096]);
    expect(first.angularVelocityDps).toEqual([-115 / 32.8, 20 / 32.8, 1040 / 32.8]);
    expect(first.temperatureCelsius).toBeCloseTo(31.518, 3);
    expect(Math.hypot(...first.accelerationG!)).toBeCloseTo(1.02, 2);
  });
});

describe('the contract', () => {
  formatContract([
    {
      ...davisSample,
      name: 'AEDAT 2.0 with listeners',
      open: (options) => new Aedat2Decoder({ ...options, sideChannels: listening }),
    },
  ]);
});

it('gives the same items for any chunks and batch sizes', () => {
  const words = [...aps(3, 2, 10), ...[0, 1, 2, 3, 4, 5, 6].map((type): Word => [imuWord(type, -type), 9])];
  const bytes = file([], [...words, [0x403, -5], ...aps(3, 2, 5000)]);
  const whole = listen(bytes).heard;
  expect([whole.frame.length, whole.imu.length, whole.trigger.length]).toEqual([2, 1, 1]);
  const chunks = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 9 }), (sizes, maxBatchEvents) => {
      expect(listen(bytes, { maxBatchEvents }, sizes).heard).toEqual(whole);
    }),
  );
});

describe('inputs and marks', () => {
  it('of a DAVIS', () => {
    const { heard } = listen(
      file(
        [],
        [
          [0x402, 1],
          [0x403, 2],
          [0x404, 3],
          [0x405, 4],
        ],
      ),
    );
    expect(heard.trigger).toEqual([
      { tMicros: 1, channel: 0, edge: 'falling' },
      { tMicros: 2, channel: 0, edge: 'rising' },
      { tMicros: 3, channel: 0, edge: 'pulse' },
    ]);
    expect(heard.special).toEqual([{ tMicros: 4, kind: 'external-input', data: 5 }]);
  });

  it('of a DVS128, on the unwrapped clock', () => {
    const { heard } = listen(
      file(
        [],
        [
          [0x8000 | 7, 2 ** 31 - 1],
          [MARK + 3, -(2 ** 31)],
        ],
      ),
      { chip: 'dvs128' },
    );
    expect(heard.special).toEqual([
      { tMicros: 2 ** 31 - 1, kind: 'sync', data: 7 },
      { tMicros: 2 ** 31, kind: 'special', data: 3 },
    ]);
  });

  it('of AEDAT 1.0', () => {
    const heard: unknown[] = [];
    const decoder = new Aedat1Decoder({ sideChannels: { special: (item) => heard.push(item) } });
    decodeAll(decoder, Uint8Array.of(0x80, 9, 0, 0, 1, 0));
    expect(heard).toEqual([{ tMicros: 256, kind: 'sync', data: 9 }]);
  });

  it('follow the time of the convention', () => {
    const bytes = file(
      [],
      [
        [0, 100],
        [0x403, 130],
      ],
    );
    expect(listen(bytes, { convention: 'dat2mat' }).heard.trigger).toMatchObject([{ tMicros: 30 }]);
  });
});

describe('inertial samples', () => {
  const sample = (lines: readonly string[]): ImuSample => {
    const words = [0, 1, 2, 3, 4, 5, 6].map((type): Word => [imuWord(type, 1000), 5]);
    return listen(file(lines, words)).heard.imu[0]!;
  };

  it.each([
    ['', '', 8192, 65.5],
    ['ImuAccelScaleG2', 'GyroFullScaleDegPerSec250', 16_384, 131],
    ['ImuAccelScaleG4', 'GyroFullScaleDegPerSec500', 8192, 65.5],
    ['ImuAccelScaleG16', 'GyroFullScaleDegPerSec2000', 2048, 16.4],
  ])('in the ranges "%s" and "%s"', (accel, gyro, perG, perDps) => {
    const { accelerationG, angularVelocityDps, magneticFieldMicrotesla } = sample([
      `# <entry key="ImuAccelScale" value="${accel}"/>`,
      `# <entry key="ImuGyroScale" value="${gyro}"/>`,
    ]);
    expect(accelerationG).toEqual([1000 / perG, 1000 / perG, 1000 / perG]);
    expect(angularVelocityDps).toEqual([1000 / perDps, 1000 / perDps, 1000 / perDps]);
    expect(magneticFieldMicrotesla).toBeNull();
  });

  it('that lack words are left out', () => {
    const types = [3, 4, 5, 6, 0, 1, 2, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2];
    const { heard } = listen(
      file(
        [],
        types.map((type, i): Word => [imuWord(type, i), i]),
      ),
    );
    expect(heard.imu.map(({ raw }) => [...raw!])).toEqual([[10, 11, 12, 13, 14, 15, 16]]);
    expect(heard.imu[0]!.tMicros).toBe(10);
  });
});

describe('frames', () => {
  const values = ({ pixels }: CameraFrame): number[] => [...pixels];

  it('of a whole sensor are there with the last read', () => {
    const { heard, decoder } = listen(file([], aps(3, 2, 10)), { geometry: { width: 3, height: 2 } });
    expect(heard.frame).toEqual([
      {
        tMicros: 10,
        startMicros: 10,
        endMicros: 1015,
        exposureStartMicros: null,
        exposureEndMicros: null,
        x: 0,
        y: 0,
        size: { width: 3, height: 2 },
        channels: 1,
        pixels: Int16Array.of(12, 11, 10, 2, 1, 0),
      },
    ]);
    expect(decoder.report.dropped['not-a-pixel']).toBe(0);
  });

  it('of a part of it are there with the next', () => {
    const { heard } = listen(
      file([], [...aps(3, 2, 10, 5, 6), ...aps(3, 2, 3000, 5, 6), ...aps(1, 1, 6000, 5, 6)]),
    );
    expect(heard.frame.map(({ x, y, size }) => [x, y, size.width, size.height])).toEqual([
      [232, 172, 3, 2],
      [232, 172, 3, 2],
      [234, 173, 1, 1],
    ]);
    expect(values(heard.frame[0]!)).toEqual([77, 76, 75, 67, 66, 65]);
  });

  it('have 0 where a read is missing, and are left out where the recording ends so', () => {
    const whole = aps(2, 2, 10);
    const holey = whole.filter((_, i) => i !== 6);
    const { heard } = listen(file([], [...holey, ...whole, ...holey.slice(0, 6)]));
    expect(heard.frame.map(values)).toEqual([
      [11, 0, 1, 0],
      [11, 10, 1, 0],
    ]);
  });

  it('begin with a reset read', () => {
    const { heard } = listen(file([], [...aps(2, 2, 10).slice(4), ...aps(2, 2, 4000)]));
    expect(heard.frame.map(values)).toEqual([[11, 10, 1, 0]]);
  });

  it('do not mind words that are neither read, or beyond the sensor', () => {
    const junk: Word[] = [
      [apsReset(0, 0, 5) + 0x800, 1],
      [apsReset(241, 0, 5), 1],
      [apsReset(0, 200, 5), 1],
    ];
    const { heard } = listen(file([], [...junk, ...aps(2, 1, 10)]));
    expect(heard.frame.map(values)).toEqual([[1, 0]]);
  });
});
