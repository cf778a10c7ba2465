/** So many cameras that send recordings of N-MNIST at the speed at which they happened. */
import path from 'node:path';
import process from 'node:process';
import { openDataset } from '../../dist/datasets/index.js';
import { CameraClient, openNodeSocket, replayRecordings } from '../../dist/src/live/index.js';

const [url, count, rate] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const SENSOR = { width: 34, height: 34 };
const { samples, classes } = await openDataset(
  path.join(import.meta.dirname, '../../examples/recordings/nmnist'),
);
const recordings = samples.map(({ id, label, open }) => ({ name: id, label: classes[label], open }));

const cameras = [];
for (let i = 0; i < count; i++) {
  const camera = new CameraClient({
    url: `${url.replace('http', 'ws')}ingest`,
    hello: { camera: `camera ${i + 1}`, sensor: SENSOR, payload: 'events', policy: 'drop-oldest' },
    createSocket: openNodeSocket,
    connectTimeoutMs: 60_000,
  });
  camera.decisions$.subscribe({ error: () => undefined });
  await camera.connect();
  cameras.push(camera);
}
process.send('connected');
process.on('disconnect', () => process.exit());

await Promise.all(
  cameras.map(async (camera, i) => {
    // Each begins somewhere else.
    const own = recordings.map((_, at) => recordings[(at + 7 * i) % recordings.length]);
    for (;;)
      await replayRecordings(camera, own, { rate, batchMicros: 20_000, decoding: { geometry: SENSOR } });
  }),
);
