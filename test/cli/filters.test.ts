import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode as encodePng } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { filtersFromTexts } from '../../src/cli/filter-options.ts';
import { concatBatches, SeededRandom, batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { FilterChain, maskPixels, parseFilter, type FilterReport } from '../../src/filters/index.ts';
import { createDecoder, createEncoder } from '../../src/formats/index.ts';
import { readModel } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';
import { decodeAll } from '../helpers/decode.ts';
import { digestOf } from '../helpers/digest.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const clip = path.join(root, 'examples/recordings/nmnist/Test/7/00001.bin');
const model = path.join(root, 'models/nmnist.safetensors');

const random = new SeededRandom(4);
let time = 0;
const events = batchFromTuples(
  Array.from({ length: 3000 }, () => [
    (time += random.integer(50)),
    random.integer(64),
    random.integer(48),
    random.integer(2),
  ]),
  { width: 64, height: 48 },
);

function recording(): { readonly input: string; readonly at: (name: string) => string } {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder, name);
  writeFileSync(at('input.dat'), encodeAll(createEncoder('dat', { geometry: events.geometry! }), events));
  return { input: at('input.dat'), at };
}

function decodeFile(file: string): EventBatch {
  return decodeAll(createDecoder({ fileName: file }), new Uint8Array(readFileSync(file)));
}

describe('convert and cut', () => {
  const texts = [
    'refractory=periodMicros:2ms',
    'background-activity=like:jaer,supportMin:1',
    'downsample=threshold:0.5',
  ];

  it('write what the filters leave, and say what each removed', async () => {
    const { input, at } = recording();
    const flags = texts.flatMap((text) => ['--filter', text]);
    const { code, out } = await saccade('convert', input, at('output.dat'), ...flags, '--json', '--verify');
    expect(code).toBe(0);
    const summary = JSON.parse(out) as { events: number; geometry: object; filters: FilterReport[] };
    const chain = new FilterChain(texts.map(parseFilter));
    const expected = concatBatches([...chain.push(events), ...chain.finish()]);
    expect(summary).toMatchObject({ events: expected.length, geometry: { width: 32, height: 24 } });
    expect(summary.filters).toEqual(JSON.parse(JSON.stringify(chain.reports)));
    const written = decodeFile(at('output.dat'));
    expect(digestOf(written)).toBe(digestOf(expected));
    expect(written.geometry).toEqual({ width: 32, height: 24 });
    const text = (await saccade('convert', input, at('again.dat'), ...flags)).out;
    expect(text).toMatch(/ filter +refractory: [\d,]+ of 3,000 events left out/);
    expect(text.match(/ filter +/g)).toHaveLength(3);
  });

  it('hold no more events of a segment than they may', async () => {
    const { input, at } = recording();
    const reverse = ['--filter', 'reverse-time', '--max-held-events'];
    const refused = await saccade('convert', input, at('a.dat'), ...reverse, '2999');
    expect(refused.err).toMatch(
      /TOO_MANY_HELD: .*: More than 2999 events wait in filter reverse-time.*--max-held-events/,
    );
    expect(refused.code).toBe(3);
    expect(existsSync(at('a.dat'))).toBe(false);
    expect((await saccade('convert', input, at('a.dat'), ...reverse, '3000')).code).toBe(0);
    expect((await saccade('inspect', input, ...reverse, '100')).err).toMatch(/TOO_MANY_HELD/);
  });

  it('filter what is kept, behind the cut', async () => {
    const { input, at } = recording();
    const region = ['--region', '8,8,32,32', '--shift'];
    const { out } = await saccade('cut', input, at('cut.dat'), ...region, '--filter', 'transpose', '--json');
    const { cut, filters, statedGeometry } = JSON.parse(out) as Record<string, unknown> & {
      cut: { kept: number };
      filters: FilterReport[];
    };
    expect(filters[0]).toMatchObject({ filter: 'transpose', events: cut.kept, kept: cut.kept });
    expect(statedGeometry).toEqual({ width: 32, height: 32 });
  });

  it.each([
    ['denoise', /No filter is called "denoise"\. There are polarity/],
    ['refractory=period:3', /has no option "period"\. It has periodMicros, restart/],
    ['refractory=periodMicros:1m', /is "1m"; it must be a number from 0 to 100000000 µs/],
    ['refractory=periodMicros', /it must be a number/],
    ['region=x:3', /width of filter region is not stated/],
    ['region=x:3,x:4', /option x is stated twice/],
    ['region=,x:3', /an option has no name/],
    ['flip=axis:z', /one of x, y, both/],
    ['polarity=invert:yes', /true or false/],
    ['polarity=like:tonic', /is like nothing else/],
    ['refractory=like:dv', /is like tonic, libcaer, jaer, not like "dv"/],
    ['anti-flicker=lowHz:9,highHz:8', /lowHz is above highHz/],
    ['background-activity=supportMin:5,neighbours:4', /above the number of neighbours/],
    ['flip=file:a.png', /not read from a file|cannot be read/],
    ['mask=width:2,height:2,pixels:gAA=', /has 2 bytes, and 2x2 pixels have 1/],
  ])('refuse %s', async (text, message) => {
    const { input, at } = recording();
    const { code, err } = await saccade('convert', input, at('output.dat'), '--filter', text);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  it('refuse a region that is not on the sensor, and a sensor that nobody states', async () => {
    const { input, at } = recording();
    const large = await saccade('convert', input, at('a.dat'), '--filter', 'region=width:65,height:2');
    expect(large.err).toMatch(/65x2 pixels at 0,0 does not lie on the sensor of 64x48/);
    expect(large.code).toBe(3);
    const unknown = await saccade('convert', clip, at('b.dat'), '--filter', 'flip');
    expect(unknown.err).toMatch(/NO_SENSOR.*--geometry/);
    expect(
      (await saccade('convert', clip, at('c.dat'), '--geometry', '34x34', '--filter', 'flip')).code,
    ).toBe(0);
  });
});

describe('files of filters', () => {
  const filterOf = async (
    filter: string,
    name: string,
    content: string | Uint8Array,
    more = '',
  ): Promise<object> => {
    const file = path.join(temporaryFolder(), name);
    writeFileSync(file, content);
    const [spec] = await filtersFromTexts([`${filter}=file:${file.replaceAll(',', '\\,')}${more}`]);
    return spec!;
  };
  const keeps = Array.from({ length: 20 }, (_, i) => i % 3 === 0);
  const mask = { filter: 'mask', width: 10, height: 2, pixels: maskPixels(keeps) };
  const binary = (head: string, bytes: number[]): Uint8Array =>
    Uint8Array.from([...new TextEncoder().encode(head), ...bytes]);
  const packed = [0, 1].flatMap((row) => {
    const bits = keeps.slice(10 * row, 10 * row + 10).map((keep) => (keep ? 0 : 1));
    return [parseInt(bits.slice(0, 8).join(''), 2), parseInt(`${bits.slice(8).join('')}000000`, 2)];
  });

  it.each<[string, string | Uint8Array]>([
    ['plain, 0 is white.pbm', `P1\n# a comment\n10 2\n${keeps.map((keep) => (keep ? 0 : 1)).join('')}\n`],
    ['plain.pgm', `P2 10 2 255\n${keeps.map((keep) => (keep ? 200 : 0)).join(' ')}\n`],
    ['binary.pbm', binary('P4\n10 2\n', packed)],
    [
      'binary.pgm',
      binary(
        'P5\n10 2\n255\n',
        keeps.map((keep) => (keep ? 7 : 0)),
      ),
    ],
    [
      'wide.pgm',
      binary(
        'P5 10 2 1023\n',
        keeps.flatMap((keep) => (keep ? [0, 7] : [0, 0])),
      ),
    ],
    [
      'grey.png',
      encodePng({ width: 10, height: 2, channels: 1, data: Uint8Array.from(keeps, (k) => (k ? 255 : 0)) }),
    ],
    [
      'colours.png',
      encodePng({
        width: 10,
        height: 2,
        channels: 4,
        data: Uint8Array.from(keeps.flatMap((k) => [0, 0, k ? 9 : 0, 255])),
      }),
    ],
  ])('a mask from %s', async (name, content) => {
    expect(await filterOf('mask', name, content)).toEqual(mask);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['cut.pbm', binary('P4\n10 2\n', packed.slice(1)), /ends before its last pixel/],
    ['short.pgm', 'P2 10 2 255\n1 2 3', /ends before its last pixel/],
    ['odd.ppm', 'P6 1 1 255\n123', /no picture of netpbm's kinds/],
    ['no.png', 'GIF89a', /no picture that can be read/],
  ])('no mask from %s', async (name, content, message) => {
    await expect(filterOf('mask', name, content)).rejects.toThrow(message);
  });

  const lens = { width: 346, height: 260, fx: 250.5, fy: 251, cx: 170, cy: 130 };
  const openCv = (rest: string): string =>
    `%YAML:1.0\n---\nimage_width: 346\nimage_height: 260\ncamera_matrix: !!opencv-matrix\n   rows: 3\n   cols: 3\n   dt: d\n   data: [ 250.5, 0., 170., 0., 251., 130., 0., 0., 1. ]\n${rest}`;
  const coefficients = (list: string): string =>
    `distortion_coefficients: !!opencv-matrix\n   rows: 1\n   cols: 5\n   dt: d\n   data: [ ${list} ]\n`;
  const kalibr = (name: string, model: string): string =>
    `${name}:\n  camera_model: pinhole\n  intrinsics: [250.5, 251, 170, 130]\n  distortion_model: ${model}\n  distortion_coeffs: [-0.3, 0.1, 0.001, -0.002]\n  resolution: [346, 260]\n  rostopic: /events\n`;

  it('calibrations of OpenCV, ROS and Kalibr', async () => {
    const radtan = {
      filter: 'undistort',
      model: 'radtan',
      ...lens,
      k1: -0.3,
      k2: 0.1,
      p1: 0.001,
      p2: -0.002,
    };
    const five = coefficients('-3.0e-01, 0.1, 1.e-03, -0.002, 0.05');
    expect(await filterOf('undistort', 'cv.yml', openCv(five))).toMatchObject({ ...radtan, k3: 0.05 });
    expect(await filterOf('undistort', 'k.yaml', kalibr('cam0', 'radtan'))).toMatchObject({
      ...radtan,
      k3: 0,
    });
    const fisheye = { ...lens, model: 'equidistant', k1: -0.3, k2: 0.1, k3: 0.001, k4: -0.002, p1: 0 };
    expect(await filterOf('undistort', 'e.yaml', kalibr('cam0', 'equidistant'))).toMatchObject(fisheye);
    const ros = openCv(`distortion_model: equidistant\n${coefficients('-0.3, 0.1, 0.001, -0.002')}`);
    expect(await filterOf('undistort', 'ros.yaml', ros)).toMatchObject(fisheye);
    const two = `${kalibr('cam0', 'equidistant')}${kalibr('cam1', 'radtan')}`;
    expect(await filterOf('undistort', 'two.yaml', two, ',camera:cam1')).toMatchObject(radtan);
    await expect(filterOf('undistort', 'two.yaml', two)).rejects.toThrow(/of cam0, cam1: say which/);
  });

  it.each<[string, string, RegExp]>([
    ['a list', '- 1\n- 2\n', /no camera_matrix/],
    ['no YAML', 'a: [1, 2\nb: }', /is no YAML/],
    ['no size', 'camera_matrix: [1,0,1,0,1,1,0,0,1]\ndist_coeffs: [0,0,0,0]\n', /does not state image_width/],
    ['other lens', kalibr('cam0', 'fov'), /distorted by fov/],
    ['rational', openCv(coefficients('0,0,0,0,0,0.1,0,0')), /more than five coefficients/],
    ['skew', 'camera_matrix: [1,2,1,0,1,1,0,0,1]\ndist_coeffs: [0,0,0,0]\n', /states skew/],
  ])('no calibration from %s', async (name, content, message) => {
    await expect(filterOf('undistort', name, content)).rejects.toThrow(message);
  });

  it('say which file cannot be read, and go together with nothing else', async () => {
    await expect(filtersFromTexts(['mask=file:/nowhere/a.png'])).rejects.toThrow(/a\.png \(ENOENT\)/);
    await expect(filterOf('mask', 'a.pbm', 'P1 1 1 0', ',width:3')).rejects.toThrow(
      /width does not go together/,
    );
  });
});

describe('models', () => {
  it('classify with their own filters, others, or none', async () => {
    const plain = await saccade('classify', clip, '--model', model, '--json');
    const flags = ['--filter', 'refractory=periodMicros:20ms'];
    const filtered = await saccade('classify', clip, '--model', model, '--json', ...flags);
    expect(filtered.err).toMatch(/filter refractory: [\d,]+ of 3,330 events left out/);
    const summary = JSON.parse(filtered.out.trim().split('\n').at(-1)!) as {
      summary: { filters: FilterReport[] };
      dropped: Record<string, number>;
    };
    expect(summary.dropped['filter-refractory']).toBe(summary.summary.filters[0]!.removed['refractory']);
    const none = await saccade('classify', clip, '--model', model, '--json', ...flags, '--filter', 'none');
    const decision = (out: string): object => {
      const { computeMs: _, ...rest } = JSON.parse(out.split('\n')[0]!) as Record<string, unknown>;
      return rest;
    };
    expect(decision(none.out)).toEqual(decision(plain.out));
    expect(decision(filtered.out)).not.toEqual(decision(plain.out));
  });

  it('are trained with filters, state them, and are measured with them', async () => {
    const folder = temporaryFolder();
    const data = path.join(folder, 'data');
    for (const [digit, name] of [
      ['one', 'Test/1'],
      ['seven', 'Test/7'],
    ] as const) {
      mkdirSync(path.join(data, digit), { recursive: true });
      cpSync(path.join(root, 'examples/recordings/nmnist', name), path.join(data, digit), {
        recursive: true,
      });
    }
    const out = path.join(folder, 'model.safetensors');
    const reading = [
      '--format',
      'atis40',
      '--sensor',
      '34x34',
      '--filter',
      'region=x:1,y:1,width:32,height:32',
    ];
    const training = [
      '--epochs',
      '1',
      '--steps',
      '2',
      '--width',
      '0.1',
      '--by',
      'number',
      '--split',
      'time-0.5',
    ];
    const trained = await saccade('train', data, '--out', out, ...reading, ...training);
    expect(trained.err).not.toMatch(/error/i);
    expect(trained.code).toBe(0);
    const { input, network } = readModel(new Uint8Array(readFileSync(out)));
    expect(input.filters).toEqual([parseFilter('region=x:1,y:1,width:32,height:32')]);
    expect(input.sensor).toEqual({ width: 34, height: 34 });
    expect([network.input.width, network.input.height]).toEqual([32, 32]);
    const one = path.join(data, 'seven', '00001.bin');
    const said = await saccade('classify', one, '--model', out, '--format', 'atis40');
    expect(said.err).toMatch(/filter region: [\d,]+ of 3,330 events left out/);
    const measured = await saccade('evaluate', data, '--model', out, '--part', 'all', '--format', 'atis40');
    expect(measured.code).toBe(0);
  });
});
