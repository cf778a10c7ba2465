import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('the embedded kernels are what their sources compile to', async () => {
  const run = promisify(execFile)(process.execPath, ['tools/build-kernels.mjs', '--check']);
  await expect(run).resolves.toMatchObject({ stderr: '' });
}, 120_000);
