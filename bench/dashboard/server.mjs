/** A live server in a process of its own, so that its CPU time is its own. Its model is small: dashboards are measured. */
import process from 'node:process';
import { createEngine, randomModel } from '../../dist/src/index.js';
import { createLiveServer } from '../../dist/src/live/index.js';

const SENSOR = { width: 34, height: 34 };
const random = randomModel({ steps: 10, width: 17, height: 17, classes: 10, neuron: { kind: 'lif' } });
const binning = { by: 'fixed-duration', stepMicros: 30_000, steps: 10 };
const model = { ...random, input: { ...random.input, sensor: SENSOR, binning } };

// Patient: what is measured on a busy machine is no camera that was given up.
const limits = { maxCameras: 1_000, helloDeadlineMs: 60_000, takeoverMs: 60_000, heartbeatMs: 120_000 };
const server = await createLiveServer({ engine: await createEngine(model), port: 0, limits });
process.send({ url: server.url });
process.on('message', () => process.send({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
