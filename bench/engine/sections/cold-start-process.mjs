/** One cold start. usage: node cold-start-process.mjs MODEL COUNTS; prints JSON. */
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Sizes of all WebAssembly modules that are compiled, whoever does it. */
const moduleBytes = [];
const noteSize = (source) => {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) moduleBytes.push(source.byteLength);
};
for (const name of ['compile', 'instantiate']) {
  const original = WebAssembly[name];
  WebAssembly[name] = (source, ...rest) => {
    noteSize(source);
    return original(source, ...rest);
  };
}
WebAssembly.Module = new Proxy(WebAssembly.Module, {
  construct(target, [source, ...rest]) {
    noteSize(source);
    return Reflect.construct(target, [source, ...rest]);
  },
});

const times = {};
async function timed(name, action) {
  const started = performance.now();
  const result = await action();
  times[name] = performance.now() - started;
  return result;
}

const [modelFile, clipFile] = process.argv.slice(2);
const { readModel } = await timed('import the library', () => import('../../../dist/src/index.js'));
const { openOurs } = await import('../../../dist/src/cli/bench/engines.js');
const model = await timed('read the model file', () => readModel(readFileSync(modelFile)));
moduleBytes.length = 0;
const engine = await timed('instantiate and pack', () => openOurs(model, 1));
const { height, width } = model.network.input;
const counts = new Uint8Array(readFileSync(clipFile));
const clip = {
  steps: model.network.steps,
  geometry: { width, height },
  counts,
  events: 0,
  saturated: 0,
  outside: 0,
};
await timed('first clip', () => engine.runClip(clip));
for (let i = 0; i < 20; i++) await engine.runClip(clip);
await timed('22nd clip', () => engine.runClip(clip));
console.log(JSON.stringify({ times, moduleBytes, memory: engine.memory?.() ?? null }));
engine.dispose();
process.exit();
