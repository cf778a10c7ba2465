/** Small class zips in exactly CIFAR10-DVS's layout, made from real DVS128 recordings. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { batchOf, concatBatches, sliceBatch } from '../../src/events/index.ts';
import { Aedat2Encoder, createDecoder } from '../../src/formats/index.ts';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { sharedPath } from './shared-data.ts';

/** Which object plays which class. */
const OBJECTS = { airplane: 'Caixa', cat: 'Caneca', truck: 'Tesoura' } as const;

/** Writes `<class>.zip` with `count` recordings of `events` events each; returns the classes. */
export function writeCifar10DvsZips(folder: string, count: number, events: number): string[] {
  for (const [name, object] of Object.entries(OBJECTS)) {
    const [bytes] = Object.values(
      unzipSync(new Uint8Array(readFileSync(sharedPath(`dvs128-objects/${object}.zip`)))),
    );
    const decoder = createDecoder();
    const all = concatBatches([...decoder.push(bytes!), ...decoder.finish()]);
    const members: Record<string, Uint8Array> = {};
    for (let i = 0; i < count; i++) {
      const part = sliceBatch(all, i * events, (i + 1) * events);
      const shifted = batchOf({ ...part, t: part.t.map((t) => t - part.t[0]!) }, part.length, part.geometry);
      members[`${name}/cifar10_${name}_${i}.aedat`] = new Aedat2Encoder({ chipLine: false }).push(shifted);
    }
    writeFileSync(path.join(folder, `${name}.zip`), zipSync(members, { level: 1 }));
  }
  return Object.keys(OBJECTS);
}
