import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batchFromTuples,
  createEncoder,
  createEngine,
  DecisionSession,
  randomModel,
  SeededRandom,
  streamNotes,
  writeModel,
  type InferenceEngine,
  type Model,
} from '../../src/index.ts';
import type { DecisionMessage } from '../../src/live/client.ts';
import { InPageCamera, type InPageSink } from '../../web/src/in-page/in-page-camera.ts';
import type { ReadingOptions } from '../../web/src/in-page/reading-options.ts';

type Event = [t: number, x: number, y: number, p: 0 | 1];

const sensor = { width: 16, height: 12 };

/** 120 ms of events of a sensor. */
function events({ width, height }: typeof sensor, from = 0): Event[] {
  const random = new SeededRandom(7);
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  return Array.from({ length: 1200 }, (_, i) => [
    from + 100 * i,
    below(width),
    below(height),
    below(2) as 0 | 1,
  ]);
}

function aedat4(list: readonly Event[], geometry: typeof sensor): Uint8Array {
  const encoder = createEncoder('aedat4', { geometry });
  const parts = [
    encoder.push(
      batchFromTuples(
        list.map((event) => [...event]),
        geometry,
      ),
    ),
    encoder.finish(),
  ];
  return new Uint8Array(parts.flatMap((part) => Array.from(part)));
}

function csv(list: readonly Event[]): Uint8Array {
  return new TextEncoder().encode(`t_us,x,y,p\n${list.map((event) => event.join()).join('\n')}\n`);
}

/** Keeps the decisions. */
function sinkInto(decisions: DecisionMessage[]): InPageSink {
  return {
    takeWelcome: () => undefined,
    takeCamera: () => undefined,
    takeStats: () => undefined,
    takeFrame: () => undefined,
    takeDecision: (message) => decisions.push(message),
  };
}

const swapped = events(sensor);
for (let i = 0; i + 1 < swapped.length; i += 30)
  [swapped[i], swapped[i + 1]] = [swapped[i + 1]!, swapped[i]!];
const glitch = events(sensor);
glitch[500] = [9e12, 3, 3, 1];
const large = { width: 32, height: 24 };
const cases: readonly (readonly [name: string, bytes: Uint8Array, reading: ReadingOptions])[] = [
  ['of the same sensor', aedat4(events(sensor), sensor), {}],
  ['of a larger sensor', aedat4(events(large), large), {}],
  ['of a larger sensor that is stated', csv(events(large)), { geometry: large }],
  ['of a sensor that nobody states', csv(events({ width: 17, height: 12 })), {}],
  ['in another convention', csv(events(sensor)), { geometry: sensor, convention: 'jaer' }],
  ['whose clock restarts', csv([...events(sensor, 5e6), ...events(sensor)]), { geometry: sensor }],
  ['out of order', csv(swapped), { geometry: sensor }],
  ['with an absurd time', csv(glitch), { geometry: sensor }],
];

describe('recordings in the page', () => {
  let model: Model;
  let engine: InferenceEngine;

  beforeAll(async () => {
    const random = randomModel({ steps: 4, ...sensor, classes: 3 });
    const binning = { by: 'fixed-duration', stepMicros: 7000, steps: 4 } as const;
    model = { ...random, input: { ...random.input, binning } };
    engine = await createEngine(model);
  });

  afterAll(() => {
    engine.dispose();
  });

  it.each(cases)(
    '%s give the decisions that offline gives',
    async (_, bytes, reading) => {
      const session = new DecisionSession(engine, { decoding: { fileName: 'clip.csv', ...reading } });
      const offline = [];
      for await (const decision of session.decisions([bytes])) offline.push(decision);
      session.dispose();
      expect(offline.length).toBeGreaterThan(10);

      const decisions: DecisionMessage[] = [];
      const camera = await InPageCamera.open(writeModel(model), 'test', sinkInto(decisions));
      const open = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += 1000) yield bytes.slice(at, at + 1000);
      };
      const recording = { name: 'clip.csv', label: null, open };
      const played = await camera.play(recording, reading, new AbortController().signal);
      camera.dispose();
      const essence = ({ window, step, logits, startMicros, windowEvents }: DecisionMessage): unknown[] => [
        window,
        step,
        logits,
        startMicros,
        windowEvents,
      ];
      expect(decisions.map(essence)).toEqual(
        offline.map(({ accumulatedLogits, ...rest }) =>
          essence({ ...rest, logits: Array.from(accumulatedLogits) } as unknown as DecisionMessage),
        ),
      );
      expect(played.events).toBe(session.report.events);
      expect(played.notes).toEqual(expect.arrayContaining(streamNotes(session.report)));
    },
    20_000,
  );
});
