import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { saccadeProcess } from '../helpers/process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MODEL = 'models/nmnist.safetensors';
const REPLAY = 'examples/recordings/nmnist';

/** Files of all takes of a record. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
}

interface Account {
  readonly same: number;
  readonly different: number;
}

async function replay(
  folder: string,
  ...args: string[]
): Promise<{ code: number | null; account: Account; err: string }> {
  const { code, out, err } = await saccadeProcess(['replay', folder, '--model', MODEL, '--json', ...args]);
  return { code, account: JSON.parse(out.toString().trim().split('\n').at(-1)!) as Account, err };
}

describe('saccade serve --record, and saccade replay', () => {
  it('records what was replayed to the server, and makes the same decisions of it with either engine', async () => {
    const folder = path.join(temporaryFolder(), 'record');
    const serve = ['serve', '--model', MODEL, '--port', '0', '--replay', REPLAY, '--once', '--rate', '20'];
    const { code, out } = await saccadeProcess([...serve, '--record', folder, '--json']);
    expect(code).toBe(0);
    const finals = out.toString().trim().split('\n').slice(1);
    expect(finals.length).toBeGreaterThan(5);
    for (const engine of ['wasm', 'oracle']) {
      const { code: replayed, account } = await replay(folder, '--engine', engine);
      expect({ replayed, different: account.different }).toEqual({ replayed: 0, different: 0 });
      expect(account.same).toBeGreaterThanOrEqual(finals.length);
    }
  }, 120_000);

  it('records what was decided behind filters, and makes the same decisions with the same ones only', async () => {
    const folder = path.join(temporaryFolder(), 'record');
    const filter = ['--filter', 'background-activity=windowMicros:5ms'];
    const serve = ['serve', '--model', MODEL, '--port', '0', '--replay', REPLAY, '--once', '--rate', '20'];
    const { code } = await saccadeProcess([...serve, '--record', folder, ...filter]);
    expect(code).toBe(0);
    const same = await replay(folder, ...filter);
    expect(same).toMatchObject({ code: 0, err: expect.not.stringContaining('another model file') as string });
    expect(same.account).toMatchObject({ different: 0 });
    const other = await replay(folder);
    expect(other.err).toContain('another model file');
    expect(other.account.different).toBeGreaterThan(0);
  }, 120_000);

  it('a server that is killed leaves whole files, of which the same decisions come; one that is changed is found out', async () => {
    const folder = temporaryFolder();
    const main = path.resolve('dist/cli/main.js');
    const args = ['serve', '--model', MODEL, '--port', '0', '--replay', REPLAY, '--record', folder];
    const limits = ['--record-part-ms', '300', '--record-part-bytes', '20000'];
    const child = spawn(process.execPath, [main, ...args, ...limits], { stdio: 'ignore' });
    const whole = (): string[] => files(folder).filter((name) => name.endsWith('.jsonl'));
    await expect.poll(() => whole().length, { timeout: 60_000 }).toBeGreaterThan(8);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const { code, account } = await replay(folder);
    expect({ code, different: account.different }).toEqual({ code: 0, different: 0 });
    expect(account.same).toBeGreaterThan(0);

    // What is left unfinished goes when the next server starts, and only that.
    const [take] = readdirSync(folder);
    writeFileSync(path.join(folder, take!, '009999.aedat4.part'), 'x');
    writeFileSync(path.join(folder, 'mine.txt'), 'x');
    const { err } = await saccadeProcess(['serve', '--model', MODEL, '--port', '0', '--record', folder], {
      signal: { name: 'SIGTERM', when: /Cameras/ },
    });
    expect(err).toBe('');
    expect(existsSync(path.join(folder, take!, '009999.aedat4.part'))).toBe(false);
    expect(existsSync(path.join(folder, 'mine.txt'))).toBe(true);

    const log = whole()[1]!;
    appendFileSync(log, 'x\n');
    expect((await saccadeProcess(['replay', folder, '--model', MODEL])).code).toBe(2);
  }, 180_000);

  it('a folder that is none', async () => {
    const { code, err } = await saccadeProcess(['replay', temporaryFolder(), '--model', MODEL]);
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringContaining('holds no record') as string,
    });
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const served = await saccadeProcess(['serve', '--model', MODEL, '--port', '0', '--record', file]);
    expect(served).toMatchObject({ code: 2, err: expect.stringContaining('cannot be used') as string });
  });
});
