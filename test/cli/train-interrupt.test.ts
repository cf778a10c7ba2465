import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const main = path.join(root, 'dist/cli/main.js');
const data = path.join(root, 'test/field-cases/resume-ulp/data/two');

/** Runs the built command; `onLine` sees what it writes to stderr. */
function train(
  out: string,
  onText: (text: string, interrupt: () => void) => void = () => undefined,
): Promise<{ code: number | null; err: string }> {
  const args = ['--sensor', '16x16', '--steps', '4', '--step-us', '75000', '--width', '0.25'];
  const child = spawn(
    process.execPath,
    [main, 'train', data, ...args, '--batch', '4', '--epochs', '8', '--backend', 'wasm', '--out', out],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    onText(err, () => child.kill('SIGINT'));
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, err });
    });
  });
}

describe('Ctrl-C in saccade train', () => {
  it('stops after the batch in hand; the same command then writes the file of an undisturbed run', async () => {
    const folder = temporaryFolder();
    const whole = path.join(folder, 'whole.safetensors');
    expect(await train(whole)).toMatchObject({ code: 0 });
    const pieces = path.join(folder, 'pieces.safetensors');
    let sent = false;
    const first = await train(pieces, (text, interrupt) => {
      if (sent || !text.includes('epoch 3/8')) return;
      sent = true;
      interrupt();
    });
    expect(first.code).toBe(130);
    expect(first.err).toContain('Stopping after the batch in hand. Ctrl-C again ends at once.');
    expect(first.err).toMatch(
      /Interrupted after (batch \d+ of )?epoch \d of 8\..*run the same command to go on/,
    );
    expect(existsSync(pieces)).toBe(false);
    const second = await train(pieces);
    expect(second).toMatchObject({ code: 0, err: expect.stringMatching(/Going on after (batch|epoch) \d/) });
    expect(readFileSync(pieces).equals(readFileSync(whole))).toBe(true);
    expect(existsSync(`${pieces}.checkpoint`)).toBe(false);
  }, 120_000);
});
