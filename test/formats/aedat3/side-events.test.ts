import { describe, expect, it } from 'vitest';
import {
  Aedat3Decoder,
  SIDE_CHANNELS,
  type Aedat3DecoderOptions,
  type SideChannelItems,
  type SideChannelName,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { joinBytes } from '../../helpers/round-trip.ts';
import { event, frame, header, imu, packet, special, type FrameFields } from './packets.ts';

type Heard = { [Name in SideChannelName]: SideChannelItems[Name][] };

/** All side-channel items of a file of these packets. */
function listen(
  packets: readonly Uint8Array[],
  version: '3.0' | '3.1' = '3.1',
  options: Aedat3DecoderOptions = {},
): { heard: Heard; decoder: Aedat3Decoder } {
  const heard = Object.fromEntries(SIDE_CHANNELS.map((name) => [name, [] as unknown[]])) as unknown as Heard;
  const sideChannels = Object.fromEntries(
    SIDE_CHANNELS.map((name) => [name, (item: never): unknown => heard[name].push(item)]),
  );
  const decoder = new Aedat3Decoder({ ...options, sideChannels });
  decodeAll(decoder, joinBytes(header(version, 'DVS128'), ...packets), [13]);
  return { heard, decoder };
}

describe('special events', () => {
  it('are triggers where they tell of an input', () => {
    const types = [2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13];
    const { heard, decoder } = listen([
      packet(
        types.map((type) => special(type, type)),
        { type: 0, overflow: 1 },
      ),
    ]);
    expect(heard.special).toEqual([]);
    expect(heard.trigger.map(({ tMicros, channel, edge }) => [tMicros - 2 ** 31, channel, edge])).toEqual([
      [2, 0, 'rising'],
      [3, 0, 'falling'],
      [4, 0, 'pulse'],
      [6, 1, 'rising'],
      [7, 1, 'falling'],
      [8, 1, 'pulse'],
      [9, 2, 'rising'],
      [10, 2, 'falling'],
      [11, 2, 'pulse'],
      [12, 3, 'rising'],
      [13, 3, 'falling'],
    ]);
    expect(decoder.report).toMatchObject({ side: { trigger: 11 }, dropped: { 'not-a-pixel': 0 } });
  });

  it('have names otherwise', () => {
    const { heard } = listen([packet([special(5, 17, 0xabcdef), special(6, 99)], { type: 0 })]);
    expect(heard.special).toEqual([
      { tMicros: 5, kind: 'exposure-end', data: 0xabcdef },
      { tMicros: 6, kind: 'type-99', data: 0 },
    ]);
  });

  it('a reset is told and begins a segment', () => {
    const { heard, decoder } = listen([packet([special(0x7fff_ffff, 1)], { type: 0 })]);
    expect(heard.special).toEqual([{ tMicros: 0x7fff_ffff, kind: 'timestamp-reset', data: 0 }]);
    expect(decoder.report.resets).toBe(1);
  });
});

describe('inertial samples', () => {
  it('of six axes and of nine', () => {
    const six = [1, -2, 3.5, 4, 5, 6, 36.5];
    const { heard } = listen([
      packet([imu(7, six)], { type: 3 }),
      packet([imu(8, [...six, 10, 11, 12])], { type: 4 }),
    ]);
    const sample = { accelerationG: [1, -2, 3.5], angularVelocityDps: [4, 5, 6], temperatureCelsius: 36.5 };
    expect(heard.imu).toEqual([
      { ...sample, tMicros: 7, magneticFieldMicrotesla: null },
      { ...sample, tMicros: 8, magneticFieldMicrotesla: [10, 11, 12] },
    ]);
  });

  it('that are not valid are dropped', () => {
    const bytes = imu(7, [0, 0, 0, 0, 0, 0, 0]);
    bytes[0] = 0;
    const { heard, decoder } = listen([packet([bytes], { type: 3 })]);
    expect(heard.imu).toEqual([]);
    expect(decoder.report.dropped.invalid).toBe(1);
  });
});

describe('frames', () => {
  const grey: FrameFields = { channels: 1, size: [2, 3], at: [4, 5], pixels: [1, 2, 3, 4, 5, 65535] };
  const packed = (fields: FrameFields): Uint8Array =>
    packet([frame(100, fields)], { type: 2, timeOffset: 8, overflow: 2 });

  it('of grey values, with padding behind the pixels', () => {
    const { heard } = listen([packed({ ...grey, padding: 6 })]);
    const t = 2 ** 32 + 100;
    expect(heard.frame).toEqual([
      {
        tMicros: t,
        startMicros: t,
        endMicros: t + 3,
        exposureStartMicros: t + 1,
        exposureEndMicros: t + 2,
        x: 4,
        y: 5,
        size: { width: 2, height: 3 },
        channels: 1,
        pixels: Uint16Array.from(grey.pixels),
      },
    ]);
  });

  it('of colours become BGR and BGRA', () => {
    const { heard } = listen([
      packed({ channels: 3, size: [2, 1], at: [0, 0], pixels: [1, 2, 3, 4, 5, 6] }),
      packed({ channels: 4, size: [1, 1], at: [0, 0], pixels: [1, 2, 3, 4] }),
    ]);
    expect(heard.frame.map(({ pixels }) => [...pixels])).toEqual([
      [3, 2, 1, 6, 5, 4],
      [3, 2, 1, 4],
    ]);
  });

  it('of version 3.0 are turned over', () => {
    const { heard } = listen([packed(grey)], '3.0');
    expect(heard.frame).toMatchObject([{ x: 4, y: 120, pixels: Uint16Array.of(5, 65535, 3, 4, 1, 2) }]);
  });

  it.each([
    ['more pixels than bytes', { ...grey, size: [3, 3] as const }],
    ['a negative size', { ...grey, size: [-1, -6] as const }],
    ['two channels', { ...grey, channels: 2 }],
  ])('with %s are damage', (_, fields) => {
    const { heard, decoder } = listen([packed(fields), packed(grey)]);
    expect(heard.frame.length).toBe(1);
    expect(decoder.report.faults).toMatchObject([{ code: 'CORRUPT_DATA' }]);
  });
});

it('counts what nobody listens to', () => {
  const decoder = new Aedat3Decoder();
  decodeAll(
    decoder,
    joinBytes(
      header('3.1', 'DVS128'),
      packet([special(1, 2), special(2, 14)], { type: 0 }),
      packet([imu(7, [0, 0, 0, 0, 0, 0, 0])], { type: 3 }),
      packet([frame(9, { channels: 1, size: [1, 1], at: [0, 0], pixels: [1] })], { type: 2, timeOffset: 12 }),
      packet([event(1, 1)], { type: 12 }),
      packet([event(1, 1), event(1, 2)], { type: 14 }),
    ),
  );
  expect(decoder.report).toMatchObject({
    dropped: { 'not-a-pixel': 5, 'unknown-type': 2 },
    side: { trigger: 0, special: 0, imu: 0, frame: 0 },
    faultCount: 0,
  });
});
