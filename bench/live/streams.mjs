/** What cameras send: events made once, as batches and as a recording's bytes. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findFormat } from '../../dist/src/index.js';
import { STREAMS } from '../formats/streams.mjs';

export const SENSOR = STREAMS.rows.geometry;
const NMNIST = path.join(import.meta.dirname, '../../examples/recordings/nmnist');

/** Events of a named stream of `npm run bench:formats`, all of 128x128. */
export function eventsOf(name, count) {
  return STREAMS[name].make(count);
}

/** An AEDAT 2 file of a batch, as jAER writes for this sensor. */
export function aedat2Of(batch) {
  const encoder = findFormat('aedat2').createEncoder({ geometry: SENSOR });
  return Buffer.concat([encoder.push(batch), encoder.finish()]);
}

/** The bundled N-MNIST recordings as the client replays them. */
export function nmnistRecordings() {
  return readdirSync(NMNIST, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.bin'))
    .sort()
    .map((name) => ({
      name,
      label: path.basename(path.dirname(name)),
      open: async function* () {
        yield readFileSync(path.join(NMNIST, name));
      },
    }));
}
