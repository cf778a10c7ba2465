import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const main = path.join(root, 'dist/cli/main.js');
const data = path.join(root, 'test/field-cases/resume-ulp/data/two');
const SIZE = '--sensor 16x16 --steps 4 --step-us 75000 --width 0.25 --batch 4'.split(' ');
const RUN = '--epochs 30 --backend engine --checkpoint-every 1ms --validation 0.2'.split(' ');
const KILLS = 3;

/** Runs the built command, and kills it when so many checkpoints were seen to change. */
function train(out: string, killMillis?: number): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [main, 'train', data, ...SIZE, ...RUN, '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  let sent = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    // From the first epoch on, so that there is something to lose.
    if (sent || killMillis === undefined || !/^epoch \d+\//m.test(err)) return;
    sent = true;
    setTimeout(() => child.kill('SIGKILL'), killMillis);
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, err });
    });
  });
}

describe('kill -9 in saccade train', () => {
  it(
    'at random times: the same command goes on to the file of an undisturbed run',
    { timeout: 180_000 },
    async () => {
      const folder = temporaryFolder();
      const whole = path.join(folder, 'whole.safetensors');
      expect(await train(whole)).toMatchObject({ code: 0 });
      const pieces = path.join(folder, 'pieces.safetensors');
      const random = new SeededRandom(Number(process.env['KILL_SEED'] ?? 1));
      let killed = 0;
      for (let kill = 0; kill < KILLS && !existsSync(pieces); kill++) {
        if ((await train(pieces, random.integer(60))).code === null) killed++;
      }
      expect(killed).toBeGreaterThan(0);
      if (!existsSync(pieces)) {
        expect(await train(pieces)).toMatchObject({
          code: 0,
          err: expect.stringContaining('Going on after'),
        });
      }
      expect(readFileSync(pieces).equals(readFileSync(whole))).toBe(true);
      expect(existsSync(`${pieces}.checkpoint`)).toBe(false);
    },
  );
});
