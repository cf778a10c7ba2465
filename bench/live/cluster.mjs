/**
 * A cluster of processes on this machine: what an event costs workers and gateway, how the work is shared, and how long a camera waits
 * for its next decision when its worker dies or stands still. Processes share the cores with the cameras, so throughput is CPU time.
 * A gateway's work does not depend on the model, a worker's does: the bundled model is small, the other one the paper's.
 *
 * usage: npm run bench:cluster [-- --small --only failoverKilled,failoverStopped --kills 30]; needs nats-server
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { calibratedTask } from '../../dist/src/cli/bench/workload.js';
import { architectures, readModel, SeededRandom, writeModel } from '../../dist/src/index.js';
import { CameraClient, openNodeSocket, replayRecordings } from '../../dist/src/live/index.js';
import { findProgram, NATS_SERVER } from '../../tools/programs.mjs';
import { summary } from '../machine.mjs';
import { keepSections } from './results.mjs';
import { cpuMillisOf, MAIN, MODEL } from './server.mjs';
import { nmnistRecordings } from './streams.mjs';

const { values: options } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    only: { type: 'string' },
    kills: { type: 'string' },
  },
});
const { small, only } = options;
const CAMERAS_PER_WORKER = 8;
const GATEWAY_FLAGS = ['--port', '0', '--flush-after-ms', '60000', '--max-cameras', '64'];

/** The paper's network at the size of N-MNIST: random weights, 10 % of the neurons fire. Windows as the bundled model has them. */
function vggsnnModel(folder) {
  const { input, network } = readModel(readFileSync(MODEL));
  const { classes, steps } = network;
  const neuron = { kind: 'mfp', structure: 'full' };
  const { describe } = architectures.find(({ name }) => name === 'vggsnn');
  const { model } = calibratedTask(describe({ classes, steps, height: 34, width: 34, neuron }), 0.1);
  const file = path.join(folder, 'vggsnn.safetensors');
  writeFileSync(file, writeModel({ ...model, input }));
  return file;
}

/** A process that says when it is ready. */
class Part {
  child;
  first;

  static async start(command, ...args) {
    const part = new Part();
    part.child = spawn(process.execPath, [MAIN, command, '--json', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: part.child.stdout });
    const [line] = await once(lines, 'line');
    lines.on('line', () => undefined);
    part.first = JSON.parse(line);
    return part;
  }

  get cpuMillis() {
    return cpuMillisOf(this.child.pid);
  }

  async end(signal) {
    // It may have been killed before.
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGCONT');
    this.child.kill(signal);
    await ended;
  }
}

/** A broker, a gateway and so many workers. */
async function cluster(workers, makeModel = () => MODEL) {
  const folder = mkdtempSync(path.join(tmpdir(), 'saccade-bench-'));
  const args = [
    '-a',
    '127.0.0.1',
    '-p',
    '-1',
    '-js',
    '-sd',
    path.join(folder, 'store'),
    '--ports_file_dir',
    folder,
  ];
  const broker = spawn(findProgram(NATS_SERVER), args, { stdio: 'ignore' });
  let nats;
  while (nats === undefined) {
    await wait(20);
    const file = readdirSync(folder).find((name) => name.endsWith('.ports'));
    try {
      if (file !== undefined) [nats] = JSON.parse(readFileSync(path.join(folder, file), 'utf8')).nats;
    } catch {
      // Half written.
    }
  }
  const shared = ['--model', makeModel(folder), '--nats', nats];
  const startWorker = () => Part.start('worker', ...shared, '--threads', '1');
  const gateway = await Part.start('gateway', ...shared, ...GATEWAY_FLAGS);
  const parts = {
    gateway,
    workers: await Promise.all(Array.from({ length: workers }, startWorker)),
    startWorker,
  };
  const stop = async () => {
    await gateway.end('SIGTERM');
    await Promise.all(parts.workers.map((worker) => worker.end('SIGTERM')));
    broker.kill();
    await once(broker, 'exit');
    rmSync(folder, { recursive: true });
  };
  return { ...parts, broker, stop };
}

function camera({ gateway }, name, onDecision = () => undefined) {
  const client = new CameraClient({
    url: gateway.first.ingest,
    hello: { camera: name, sensor: null, payload: 'events', policy: 'pause' },
    createSocket: openNodeSocket,
  });
  client.decisions$.subscribe({ next: onDecision, error: () => undefined });
  return client;
}

const cpuOf = ({ gateway, workers, broker }) => ({
  gateway: gateway.cpuMillis,
  workers: workers.map((worker) => worker.cpuMillis),
  broker: cpuMillisOf(broker.pid),
});

/** So many recordings from each camera, at a multiple of the cameras' own speed. */
async function load(running, recordings, rate) {
  const before = cpuOf(running);
  const ends = await Promise.all(
    Array.from({ length: CAMERAS_PER_WORKER * running.workers.length }, async (_, i) => {
      const client = camera(running, `camera-${i}`);
      await client.connect();
      const all = nmnistRecordings();
      for (let sent = 0; sent < recordings; sent += all.length)
        await replayRecordings(client, all.slice(0, recordings - sent), { rate });
      return client.end();
    }),
  );
  const after = cpuOf(running);
  const events = ends.reduce((sum, end) => sum + end.events, 0);
  const micros = (now, then) => (1000 * (now - then)) / events;
  const shares = after.workers.map((now, i) => now - before.workers[i]);
  const workers = shares.reduce((a, b) => a + b, 0);
  return {
    events,
    decisions: ends.reduce((sum, end) => sum + end.decisions, 0),
    microsPerEvent: {
      workers: (1000 * workers) / events,
      gateway: micros(after.gateway, before.gateway),
      broker: micros(after.broker, before.broker),
    },
    gatewayOverWorkers: (after.gateway - before.gateway) / workers,
    largestShare: Math.max(...shares) / workers,
  };
}

async function measured(workers, recordings, rate, rounds, makeModel) {
  const running = await cluster(workers, makeModel);
  try {
    const all = [];
    // The first warms the processes' code.
    for (let round = 0; round <= rounds; round++) {
      const one = await load(running, recordings, rate);
      if (round > 0) all.push(one);
    }
    return all;
  } finally {
    await running.stop();
  }
}

const spread = (all, pick) => summary(all.map(pick));

/** With the largest share of the work on one core, the others idle: what many cores would do. */
function throughput(all) {
  return {
    workerMicrosPerEvent: spread(all, (one) => one.microsPerEvent.workers),
    gatewayMicrosPerEvent: spread(all, (one) => one.microsPerEvent.gateway),
    brokerMicrosPerEvent: spread(all, (one) => one.microsPerEvent.broker),
    gatewayOverWorkers: spread(all, (one) => one.gatewayOverWorkers),
    eventsPerWorkerCoreSecond: spread(all, (one) => 1e6 / (one.microsPerEvent.workers * one.largestShare)),
  };
}

/** From when a worker is disturbed to the next decision of each camera that it had, milliseconds. */
async function failover(signal, times) {
  const running = await cluster(3);
  const random = new SeededRandom(times, 3);
  const abort = new AbortController();
  const last = new Map();
  const moved = [];
  let disturbedAt = Infinity;
  const onDecision = ({ camera: name, epoch }) => {
    const before = last.get(name) ?? epoch;
    last.set(name, epoch);
    if (epoch !== before && performance.now() > disturbedAt) moved.push(performance.now() - disturbedAt);
  };
  const cameras = Array.from({ length: CAMERAS_PER_WORKER }, async (_, i) => {
    const client = camera(running, `camera-${i}`, onDecision);
    await client.connect();
    while (!abort.signal.aborted)
      await replayRecordings(client, nmnistRecordings(), { rate: 1, signal: abort.signal });
    return client.end();
  });
  const all = [];
  try {
    for (let i = 0; i < times; i++) {
      await wait(1500 + random.integer(1000));
      const [victim] = running.workers.splice(random.integer(running.workers.length), 1);
      moved.length = 0;
      disturbedAt = performance.now();
      victim.child.kill(signal);
      for (const until = performance.now() + 20_000; performance.now() < until && moved.length === 0;)
        await wait(10);
      // The victim's other cameras.
      await wait(1000);
      all.push(...moved);
      disturbedAt = Infinity;
      await victim.end('SIGKILL');
      running.workers.push(await running.startWorker());
    }
    abort.abort();
    const ends = await Promise.all(cameras);
    const lost = ends.reduce((sum, { dropped }) => sum + (dropped.overload ?? 0), 0);
    return { cameras: all.length, milliseconds: summary(all), largest: Math.max(...all), eventsLost: lost };
  } finally {
    abort.abort();
    await running.stop();
  }
}

const [recordings, rounds] = small ? [29, 1] : [116, 5];
const kills = Number(options.kills ?? (small ? 2 : 15));
const rateOf = ({ eventsPerWorkerCoreSecond }) => eventsPerWorkerCoreSecond.median;
const results = {};
const sections = {
  oneWorker: async () => throughput(await measured(1, recordings, 'max', rounds)),
  twoWorkers: async () => throughput(await measured(2, recordings, 'max', rounds)),
  twoOverOne: () => rateOf(results.twoWorkers) / rateOf(results.oneWorker),
  oneWorkerVggsnn: async () => throughput(await measured(1, recordings, 'max', rounds, vggsnnModel)),
  twoWorkersVggsnn: async () => throughput(await measured(2, recordings, 'max', rounds, vggsnnModel)),
  twoOverOneVggsnn: () => rateOf(results.twoWorkersVggsnn) / rateOf(results.oneWorkerVggsnn),
  failoverKilled: () => failover('SIGKILL', kills),
  failoverStopped: () => failover('SIGSTOP', kills),
  inRealTime: async () => throughput(await measured(2, small ? 10 : 40, 1, 1)),
};
const short = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
for (const name of only?.split(',') ?? Object.keys(sections)) {
  results[name] = await sections[name]();
  // At once: all of it takes a while.
  console.log(name, JSON.stringify(results[name], short));
}
if (!small) keepSections({ cluster: results });
