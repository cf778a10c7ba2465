import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { streamRecording } from '../../examples/clients/camera.ts';
import { createEngine } from '../../src/inference/index.ts';
import type { DecisionMessage, EndMessage, LiveServer } from '../../src/live/index.ts';
import { readModel } from '../../src/network/index.ts';
import { DecisionSession } from '../../src/pipeline/index.ts';
import { serve } from '../helpers/live.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'examples/recordings/nmnist/Test');
const recordings = readdirSync(folder).flatMap((digit) => {
  const [first] = readdirSync(path.join(folder, digit));
  return path.join(folder, digit, first!);
});
const model = readModel(readFileSync(path.join(root, 'models/nmnist.safetensors')));
const sensor = { width: 34, height: 34 };

/** What `saccade classify` says: labels and scores of each step. */
async function offline(recording: string): Promise<object[]> {
  const engine = await createEngine(model);
  const session = new DecisionSession(engine, { decoding: { fileName: recording, geometry: sensor } });
  const decisions: object[] = [];
  for await (const { window, step, label, scores } of session.decisions([
    new Uint8Array(readFileSync(recording)),
  ]))
    decisions.push({ window, step, label, scores: [...scores] });
  session.dispose();
  engine.dispose();
  return decisions;
}

const plain = (decisions: readonly DecisionMessage[]): object[] =>
  decisions.map(({ window, step, label, scores }) => ({ window, step, label, scores: [...scores] }));

async function nmnistServer(
  tokens: { name: string; secret: string; cameras: string[] }[] = [],
): Promise<LiveServer> {
  return serve({ engine: await createEngine(model), tokens, limits: { flushAfterMs: 60_000 } });
}

describe('the Python client', () => {
  const run = async (
    server: LiveServer,
    recording: string,
    ...more: string[]
  ): Promise<(DecisionMessage | EndMessage)[]> => {
    const script = path.join(root, 'examples/clients/camera.py');
    const args = [script, new URL(server.url).host, recording, '34', '34', ...more];
    const { stdout } = await promisify(execFile)('python3', args, { timeout: 60_000 });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DecisionMessage | EndMessage);
  };

  it('is 40 lines of code at most, and needs the standard library only', () => {
    const text = readFileSync(path.join(root, 'examples/clients/camera.py'), 'utf8');
    const code = text
      .replace(/"""[^]*?"""/, '')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'));
    expect(code.length).toBeLessThanOrEqual(40);
  });

  it('gets the decisions of offline classification, bit for bit', async () => {
    const server = await nmnistServer();
    for (const recording of recordings.slice(0, 4)) {
      const told = await run(server, recording);
      const decisions = told.filter((message) => message.type === 'decision');
      const expected = await offline(recording);
      expect(expected.length).toBeGreaterThan(0);
      expect(plain(decisions)).toEqual(expected);
      expect(told.at(-1)).toMatchObject({ type: 'end', dropped: {} });
    }
  });

  it('sends a token', async () => {
    const server = await nmnistServer([
      { name: 'lab', secret: 'a-long-secret-of-the-lab', cameras: ['python'] },
    ]);
    const told = await run(server, recordings[0]!, 'a-long-secret-of-the-lab');
    expect(told.at(-1)).toMatchObject({ type: 'end' });
    await expect(run(server, recordings[0]!, 'another-secret-of-the-lab')).rejects.toThrow(
      'refused: HTTP/1.1 401',
    );
  });
});

describe('the TypeScript client', () => {
  it('gets the decisions of offline classification, bit for bit', async () => {
    const server = await nmnistServer();
    for (const recording of recordings) {
      const decisions: DecisionMessage[] = [];
      const url = `${server.url.replace('http', 'ws')}ingest`;
      const end = await streamRecording({
        url,
        recording,
        sensor,
        onDecision: (decision) => decisions.push(decision),
      });
      expect(plain(decisions)).toEqual(await offline(recording));
      expect(end.decisions).toBe(decisions.filter(({ final }) => final).length);
    }
  });
});
