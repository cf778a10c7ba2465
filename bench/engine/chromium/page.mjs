/** The page: runs our engine as any web application would, on what the server hands it. */
import { recordClip, requireEqual } from '../../../dist/src/cli/bench/clip-record.js';
import { openOurs } from '../../../dist/src/cli/bench/engines.js';
import { readModel } from '../../../dist/src/network/index.js';

const bytes = async (name) => new Uint8Array(await (await fetch(`/data/${name}`)).arrayBuffer());

async function load() {
  const model = readModel(await bytes('model'));
  const { height, width } = model.network.input;
  const clip = {
    steps: model.network.steps,
    geometry: { width, height },
    counts: await bytes('clip'),
    events: 0,
    saturated: 0,
    outside: 0,
  };
  const spikes = new Map();
  for (const layer of model.neuronLayers) spikes.set(layer, await bytes(layer));
  return { model, clip, expected: { spikes, logits: new Int32Array((await bytes('logits')).buffer) } };
}

const loaded = load();
const engines = new Map();

/** Makes an engine with so many threads, and checks it. */
async function prepare(threads) {
  const { model, clip, expected } = await loaded;
  const engine = await openOurs(model, threads);
  requireEqual(`Chromium on ${threads} threads`, expected, await recordClip(engine, clip));
  engines.set(threads, engine);
  return { crossOriginIsolated: globalThis.crossOriginIsolated };
}

/** Times of so many runs, in milliseconds. */
async function run(threads, repeats) {
  const { clip } = await loaded;
  const engine = engines.get(threads);
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const started = performance.now();
    await engine.runClip(clip);
    times.push(performance.now() - started);
  }
  return times;
}

globalThis.saccadeBench = { prepare, run };
