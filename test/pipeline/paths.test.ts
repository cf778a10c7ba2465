/** Every way from a recording to decisions gives the same logits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClips, clipOptionsOf, type RecordingEntry } from '../../datasets/index.ts';
import { detectFormat, eventFormats, type CreateDecoderOptions } from '../../src/formats/index.ts';
import {
  createEngine,
  evaluateClips,
  profileClips,
  type InferenceEngine,
} from '../../src/inference/index.ts';
import { directTarget, type TargetDecision } from '../../src/latency/index.ts';
import { planRecordings } from '../../src/latency/recording-plan.ts';
import {
  CameraClient,
  CameraFeed,
  createLiveServer,
  openNodeSocket,
  replayRecordings,
  type DecisionMessage,
  type LiveServer,
} from '../../src/live/index.ts';
import { parseRepresentation, type BinningSpec } from '../../src/frames/index.ts';
import type { Model } from '../../src/network/index.ts';
import { DecisionSession } from '../../src/pipeline/index.ts';
import { PATH_HASHES } from '../helpers/path-hashes.ts';
import { logitsHash, pathModel, pathScenarios, type PathScenario } from '../helpers/path-scenarios.ts';
import { allExpectedRows, readShared } from '../helpers/shared-data.ts';

type Logits = number[][];

interface Stage {
  readonly engine: InferenceEngine;
  readonly server: LiveServer;
}
/** One of each memory. */
const REPRESENTATIONS = [
  'binary',
  'signed=planes:two',
  'time-surface=tauMicros:2ms,levels:16',
  'time-surface=tauMicros:4ms,levels:8,decay:linear,memory:stream',
  'bina-rep=bits:4,values:levels',
];

/** Steps end with time or events, windows overlap; by name. */
const BINNINGS: Readonly<Record<string, BinningSpec>> = {
  'time with a stride': { by: 'fixed-duration', stepMicros: 1000, steps: 3, strideMicros: 700 },
  'events with a stride': { by: 'fixed-count', stepEvents: 90, steps: 3, strideEvents: 60 },
  'time or events': { by: 'mixed', stepMicros: 1000, stepEvents: 80, steps: 3 },
};

const stages = new Map<string, Stage>();

beforeAll(async () => {
  for (const [name, model] of Object.entries({
    canonical: pathModel(),
    spikingjelly: pathModel('spikingjelly'),
    // Real recordings last longer.
    'canonical, slow': pathModel('canonical', 20_000),
    'spikingjelly, slow': pathModel('spikingjelly', 20_000),
    ...representationModels(),
    ...binningModels(),
  })) {
    const engine = await createEngine(model);
    // No window is closed by the clock on the wall, however busy the machine is.
    const server = await createLiveServer({ engine, port: 0, limits: { flushAfterMs: 600_000 } });
    stages.set(name, { engine, server });
  }
});
afterAll(async () => {
  for (const { engine, server } of stages.values()) {
    await server.close();
    engine.dispose();
  }
});

/** The canonical model with other representations. */
function representationModels(): Record<string, Model> {
  const model = pathModel();
  return Object.fromEntries(
    REPRESENTATIONS.map((text) => {
      const representation = parseRepresentation(text);
      return [text, { ...model, input: { ...model.input, representation } }];
    }),
  );
}

/** The canonical model with other windows. */
function binningModels(): Record<string, Model> {
  const model = pathModel();
  return Object.fromEntries(
    Object.entries(BINNINGS).map(([name, binning]) => [
      name,
      { ...model, input: { ...model.input, binning } },
    ]),
  );
}

/** `saccade classify`; `bytes` as they are, cut, and in one buffer that is used again and again. */
async function classified(
  { engine }: Stage,
  chunks: Iterable<Uint8Array>,
  decoding: CreateDecoderOptions,
): Promise<{ logits: Logits; whole: Logits }> {
  const session = new DecisionSession(engine, { decoding });
  const logits: Logits = [];
  let window: Logits = [];
  const whole: Logits = [];
  for await (const { accumulatedLogits, step, final } of session.decisions(chunks)) {
    logits.push([...accumulatedLogits]);
    window = step === 0 ? [logits.at(-1)!] : [...window, logits.at(-1)!];
    if (final) whole.push(...window);
  }
  session.dispose();
  return { logits, whole };
}

function* reusedBuffer(bytes: Uint8Array): Generator<Uint8Array> {
  const pool = Buffer.from(new ArrayBuffer(2000));
  for (let at = 0; at < bytes.length; at += 1500) {
    const piece = bytes.subarray(at, at + 1500);
    pool.fill(0xaa);
    pool.set(piece, 300);
    yield pool.subarray(300, 300 + piece.length);
  }
  pool.fill(0x55);
}

/** `evaluate`, `train`, `profile` and `preprocess` take whole clips. */
async function clips(stage: Stage, entry: RecordingEntry, decoding: CreateDecoderOptions): Promise<Logits> {
  const { engine } = stage;
  const { clips: windows } = await readClips(entry, clipOptionsOf(engine.model, decoding));
  const logits: Logits = [];
  for (const clip of windows)
    for (const { accumulatedLogits } of (await engine.runClip(clip)).steps)
      logits.push([...accumulatedLogits]);
  if (windows.length > 0) {
    const report = await evaluateClips(
      engine,
      windows.map((clip) => ({ clip, label: 0 })),
    );
    expect(report.samples).toBe(windows.length);
    const profile = await profileClips(engine, windows, { repeats: 1 });
    expect(profile.clips).toBe(windows.length);
  }
  return logits;
}

let names = 0;

async function live(
  { server }: Stage,
  payload: 'raw' | 'events',
  { geometry, ...decoding }: CreateDecoderOptions,
  fileName: string,
  bytes: Uint8Array,
): Promise<Logits> {
  const logits: Logits = [];
  const camera = new CameraClient({
    url: `${server.url.replace('http', 'ws')}ingest`,
    hello: {
      camera: `camera ${names++}`,
      sensor: geometry ?? null,
      payload,
      policy: 'pause',
      ...(payload === 'raw' && { fileName, decoding: decoding as object }),
    },
    createSocket: openNodeSocket,
  });
  camera.decisions$.subscribe({
    next: (decision: DecisionMessage) => logits.push([...decision.logits]),
    error: () => undefined,
  });
  await camera.connect();
  if (payload === 'raw') {
    for (let at = 0; at < bytes.length; at += 3001) await camera.sendBytes(bytes.subarray(at, at + 3001));
  } else {
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    };
    await replayRecordings(camera, [{ name: fileName, label: null, open }], {
      rate: 'max',
      decoding: { ...decoding, ...(geometry && { geometry }) },
      batchMicros: 700,
    });
  }
  await camera.end();
  return logits;
}

/** The page's own pipeline. */
async function inPage({ engine }: Stage, decoding: CreateDecoderOptions, bytes: Uint8Array): Promise<Logits> {
  const logits: Logits = [];
  const errors: unknown[] = [];
  const feed = new CameraFeed({
    name: 'page',
    engine,
    sensor: null,
    payload: 'raw',
    decoding,
    policy: 'pause',
    maxQueuedSteps: 64,
    flushAfterMs: 600_000,
    onDecision: (message) => logits.push([...message.logits]),
    onError: (error) => errors.push(error),
  });
  for (let at = 0; at < bytes.length; at += 5000) feed.pushBytes(bytes.slice(at, at + 5000), 0);
  await feed.end();
  expect(errors).toEqual([]);
  return logits;
}

/** `latency --direct` tells labels and scores, of recordings that it made ready. */
async function measured(
  { engine }: Stage,
  entry: RecordingEntry,
  decoding: CreateDecoderOptions,
): Promise<string[]> {
  const decisions: TargetDecision[] = [];
  const recording = { name: entry.id, label: null, open: entry.open };
  const options = { model: engine.model, decoding, batchMicros: 1000, maxEvents: Infinity };
  const [plan] = await planRecordings([recording], options);
  const { messages, sensor } = plan!;
  const camera = await directTarget(engine, decoding).connect({
    name: 'a',
    policy: 'pause',
    onDecision: (decision) => decisions.push(decision),
  });
  await camera.startSegment({ name: entry.id, label: null, ...(sensor && { sensor }) });
  for (const { batch } of messages) await camera.sendEvents(batch);
  await camera.end();
  return decisions.map(({ label, scores, classIndex }) => `${label} ${scores[classIndex]}`);
}

async function expectOneAnswer(
  stage: Stage,
  fileName: string,
  bytes: Uint8Array,
  decoding: CreateDecoderOptions,
): Promise<Logits> {
  const named = { fileName, ...decoding };
  const entry: RecordingEntry = {
    id: fileName,
    bytes: bytes.length,
    location: fileName,
    open: async function* () {
      yield bytes;
    },
  };
  const { logits: expected, whole } = await classified(stage, [bytes], named);
  expect(await classified(stage, reusedBuffer(bytes), named)).toEqual({ logits: expected, whole });
  // Clips are whole windows; a step of one that never became whole is answered as it comes.
  expect(await clips(stage, entry, decoding)).toEqual(whole);
  // A server takes from cameras what is read as it comes.
  if (detectFormat(bytes, named).format.streaming)
    expect(await live(stage, 'raw', decoding, fileName, bytes)).toEqual(expected);
  else
    await expect(live(stage, 'raw', decoding, fileName, bytes)).rejects.toThrow(
      /The file begins with|not read as it stands/,
    );
  expect(await live(stage, 'events', decoding, fileName, bytes)).toEqual(expected);
  expect(await inPage(stage, named, bytes)).toEqual(expected);
  const session = new DecisionSession(stage.engine, { decoding: named });
  const said: string[] = [];
  for await (const { label, scores, classIndex } of session.decisions([bytes]))
    said.push(`${label} ${scores[classIndex]}`);
  session.dispose();
  expect(await measured(stage, entry, decoding)).toEqual(said);
  return expected;
}

describe('offline, live, in the page, evaluate, profile and latency give the same logits', () => {
  const scenarios = pathScenarios();

  it('for every format that is written, and for each of the five kinds of recording', () => {
    // Of read-only containers, others write the samples: test/formats.
    const readOnly = ['rosbag', 'rosbag2', 'mat'];
    const written = eventFormats.map(({ id }) => id).filter((id) => !readOnly.includes(id));
    expect(new Set(scenarios.map(({ format }) => format))).toEqual(new Set(written));
    const formatsOf = (variant: string): number => scenarios.filter((one) => one.variant === variant).length;
    expect(['same sensor', 'larger sensor', 'other convention'].map(formatsOf)).toEqual([15, 15, 15]);
    expect(formatsOf('other clock')).toBeGreaterThanOrEqual(6);
    expect(formatsOf('unsorted')).toBeGreaterThanOrEqual(6);
  });

  it.each(scenarios.map((scenario): [string, PathScenario] => [scenario.name, scenario]))(
    '%s',
    async (name, { format, convention, bytes, decoding }) => {
      const stage = stages.get(convention)!;
      const logits = await expectOneAnswer(stage, `recording.${format}`, bytes, decoding);
      expect(logits.length).toBeGreaterThan(10);
      expect([name, logitsHash(logits)]).toEqual([name, PATH_HASHES[name]]);
    },
  );

  it.each([...REPRESENTATIONS, ...Object.keys(BINNINGS)])('with %s', async (stage) => {
    const scenario = (variant: string): PathScenario =>
      scenarios.find((one) => one.format === 'aedat4' && one.variant === variant)!;
    for (const variant of ['same sensor', 'larger sensor', 'other clock', 'unsorted']) {
      const { format, bytes, decoding, name } = scenario(variant);
      const logits = await expectOneAnswer(stages.get(stage)!, `recording.${format}`, bytes, decoding);
      expect(logits.length).toBeGreaterThan(10);
      expect(logitsHash(logits)).not.toBe(PATH_HASHES[name]);
    }
  });

  it('a convention changes the answer, a format does not', () => {
    const hash = (format: string, variant: string): number => PATH_HASHES[`${format}, ${variant}`]!;
    expect(hash('aedat4', 'other convention')).not.toBe(hash('aedat4', 'same sensor'));
    for (const { format, variant } of scenarios) {
      if (variant === 'larger sensor') continue;
      expect([format, variant, hash(format, variant)]).toEqual([format, variant, hash('aedat4', variant)]);
    }
  });

  const real = [
    'aedat2-dvs128/alex_walking_again.aedat',
    'aedat4-derived/sample_LZ4_no_table.aedat4',
    'aedat3/derived-dvs128.aedat',
    'dat/NCARS_obj_004397_td.dat',
    'poker-dvs/cl_60_td.dat',
  ];
  it.each(real.filter((file) => allExpectedRows().some((row) => row.path === file)))('%s', async (file) => {
    const bytes = readShared(file);
    for (const name of ['canonical, slow', 'spikingjelly, slow'])
      expect((await expectOneAnswer(stages.get(name)!, file, bytes, {})).length).toBeGreaterThan(0);
  });
});
