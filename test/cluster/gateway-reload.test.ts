/** SIGHUP to a gateway. Needs `npm run build:lib`. */
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { randomModel, writeModel } from '../../src/network/index.ts';
import { MODEL } from '../helpers/cluster-load.ts';
import { startNats } from '../helpers/nats.ts';
import { startService } from '../helpers/services.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

it('takes other tokens, and refuses another model, which its workers do not have', async () => {
  const nats = await startNats('-js');
  const folder = temporaryFolder();
  const [model, tokens] = ['model.safetensors', 'tokens.json'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  const open = (secret: string): void => {
    writeFileSync(tokens, JSON.stringify({ tokens: [{ name: 'wall', secret, view: true }] }));
  };
  copyFileSync(MODEL, model);
  open('the-first-secret-of-all');
  const gateway = await startService([
    'gateway',
    '--model',
    model,
    '--port',
    '0',
    '--nats',
    nats.url,
    '--json',
    '--tokens',
    tokens,
  ]);
  const url = gateway.first['url'] as string;
  const statusOf = async (secret: string): Promise<number> =>
    (await fetch(`${url}model`, { headers: { authorization: `Bearer ${secret}` } })).status;
  const problems = async (): Promise<string> => (await fetch(`${url}healthz`)).text();
  expect(await statusOf('the-first-secret-of-all')).toBe(200);

  open('the-second-secret-of-all');
  gateway.signal('SIGHUP');
  await expect.poll(() => statusOf('the-second-secret-of-all')).toBe(200);
  expect(await statusOf('the-first-secret-of-all')).toBe(401);

  writeFileSync(model, writeModel(randomModel({ steps: 3, classes: 4, width: 8, height: 8 })));
  open('the-third-secret-of-all');
  gateway.signal('SIGHUP');
  await expect.poll(problems).toMatch(/SIGHUP changed nothing: .*the workers have the one before/);
  expect(await statusOf('the-second-secret-of-all')).toBe(200);

  copyFileSync(MODEL, model);
  gateway.signal('SIGHUP');
  await expect.poll(() => statusOf('the-third-secret-of-all')).toBe(200);
  expect(await problems()).not.toContain('SIGHUP');
  expect(await gateway.end('SIGTERM')).toBe(0);
}, 120_000);
