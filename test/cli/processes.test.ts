/** What only a process of its own shows: that it ends, with what exit code, pipes, and what it loads. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { batchFromTuples } from '../../src/events/index.ts';
import {
  createDecoder,
  createEncoder,
  encoderNeedsPatches,
  writableFormats,
} from '../../src/formats/index.ts';
import { createLiveServer, type LiveServer } from '../../src/live/index.ts';
import { createEngine } from '../../src/inference/index.ts';
import { readModel } from '../../src/network/index.ts';
import { ownCertificate } from '../helpers/certificate.ts';
import { decodeAll } from '../helpers/decode.ts';
import { digestOf } from '../helpers/digest.ts';
import { saccadeProcess } from '../helpers/process.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const model = path.join(root, 'models/nmnist.safetensors');
const sevens = path.join(root, 'examples/recordings/nmnist/Test/7');
const seven = path.join(sevens, readdirSync(sevens)[0]!);
const cases = path.join(root, 'test/field-cases');

function fileOf(name: string, content: string | Uint8Array): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

/** A live server in this process, and its address. */
async function liveServer(): Promise<{ server: LiveServer; url: string }> {
  const engine = await createEngine(readModel(readFileSync(model)));
  const server = await createLiveServer({ engine, port: 0 });
  onTestFinished(async () => {
    await server.close();
    engine.dispose();
  });
  return { server, url: server.url.replace(/^http/, 'ws').replace(/\/$/, '') };
}

describe('a failure ends the process at once', () => {
  it('serve: a port that is used', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const port = String((taken.address() as AddressInfo).port);
    for (const more of [[], ['--replay', seven]]) {
      const { code, err } = await saccadeProcess(['serve', '--model', model, '--port', port, ...more]);
      expect(code).toBe(2);
      expect(err).toContain('--port');
      expect(err).toContain(port);
    }
  });

  it.each([
    ['a key without certificate', ['--tls-key', 'key.pem'], /--tls-cert is needed/],
    [
      'a file that is not there',
      ['--tls-key', 'key.pem', '--tls-cert', 'none.pem'],
      /--tls-key names a file.*key\.pem/,
    ],
    [
      'no certificate',
      ['--tls-key', seven, '--tls-cert', seven],
      /--tls-cert and --tls-key are no certificate/,
    ],
  ])('serve: %s', async (_, flags, told) => {
    const { code, err } = await saccadeProcess(['serve', '--model', model, '--port', '0', ...flags]);
    expect(code).toBe(2);
    expect(err).toMatch(told);
    expect(err).not.toContain('unexpected');
  });

  it('serve: replays to itself under TLS with its own certificate, and with tokens', async () => {
    const folder = temporaryFolder();
    const { keyFile: key, certFile: cert } = ownCertificate(folder, 'cameras.example');
    const tokens = fileOf(
      'tokens.json',
      '{"tokens":[{"name":"wall","secret":"the-secret-of-the-wall","view":true}]}',
    );
    const tls = ['--tls-key', key, '--tls-cert', cert, '--tokens', tokens];
    const replay = ['--once', '--rate', '100', '--json', '--replay', seven];
    const { code, out } = await saccadeProcess(['serve', '--model', model, '--port', '0', ...tls, ...replay]);
    expect(code).toBe(0);
    expect(String(out)).toContain('"url":"https://127.0.0.1:');
    expect(String(out)).toContain('"label":"7"');
  });

  it('serve: a replay that cannot be read, and the others of it go on', async () => {
    const bad = fileOf('bad.bin', 'Once upon a time');
    const serve = ['serve', '--model', model, '--port', '0', '--once', '--rate', '100', '--json'];
    expect(await saccadeProcess([...serve, '--replay', bad])).toMatchObject({
      code: 3,
      err: expect.stringContaining('bad.bin'),
    });
    const { code, out, err } = await saccadeProcess([...serve, '--replay', bad, seven]);
    expect(code).toBe(4);
    expect(err).toMatch(/NOT_A_RECORDING: .*bad\.bin/);
    expect(String(out)).toContain('"label":"7"');
  });

  it('stream: a recording that cannot be read, after connecting; the server lets the name go', async () => {
    const { url } = await liveServer();
    const bad = fileOf('bad.csv', 'a,b\n1,2\n');
    const flags = ['--geometry', '34x34', '--rate', 'max'];
    expect(await saccadeProcess(['stream', bad, url, ...flags])).toMatchObject({
      code: 3,
      err: expect.stringContaining('bad.csv'),
    });
    const { code, err, out } = await saccadeProcess(['stream', bad, seven, url, ...flags]);
    expect({ code, err }).toMatchObject({ code: 4, err: expect.stringMatching(/bad\.csv[^]*3330 events/) });
    expect(String(out)).toMatch(/→ {2}7/);
    expect(await saccadeProcess(['stream', seven, url, ...flags])).toMatchObject({ code: 0 });
  });

  it('stream: times below 0 are times (field case stream-error-hang)', async () => {
    const { url } = await liveServer();
    const negative = path.join(cases, 'stream-error-hang/neg.csv');
    const flags = ['--sensor', '34x34', '--rate', 'max'];
    const { code, err } = await saccadeProcess(['stream', negative, url, ...flags]);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^4 events, 1 decisions$/m) as string,
    });
  });

  it.each(['127.0.0.1:8765', 'localhost:8765', 'http://127.0.0.1:8765'])(
    'stream: %s is no address of a server',
    async (url) => {
      const { code, err } = await saccadeProcess(['stream', seven, url, '--sensor', '34x34']);
      expect(code).toBe(2);
      expect(err).toContain('give ws://host:port');
      expect(err).not.toContain('unexpected');
    },
  );

  it('stream: nobody listens', async () => {
    const { code, err } = await saccadeProcess(['stream', seven, 'ws://127.0.0.1:9', '--sensor', '34x34']);
    expect(code).toBe(3);
    expect(err).toContain('NOT_CONNECTED');
  });

  it('latency: a recording that cannot be read, and its server ends with it', async () => {
    const bad = fileOf('bad.bin', 'Once upon a time');
    const args = ['latency', '--model', model, '--recording', bad, '--out', temporaryFolder()];
    expect(await saccadeProcess(args)).toMatchObject({ code: 3, err: expect.stringContaining('bad.bin') });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('latency: %s ends its server too', async (name) => {
    const args = ['latency', '--model', model, '--recording', seven, '--rate', '0.001', '--warmup', '0'];
    // The server says when the camera comes.
    const { code, err } = await saccadeProcess(args, {
      env: { LOG_LEVEL: 'info' },
      signal: { name, when: /"msg":/ },
    });
    expect(code).toBe(130);
    expect(err).toContain('Interrupted: no report was written.\n');
  });

  it('a message names the output, not a temporary file', async () => {
    const { code, err } = await saccadeProcess(['convert', seven, '/no/such/folder/out.dat', '--to', 'dat']);
    expect(code).toBe(3);
    expect(err).toBe('error ENOENT: /no/such/folder/out.dat cannot be written: no such file or directory.\n');
  });
});

describe('stream has the reading options of inspect', () => {
  // No header, columns in an order of its own, times in milliseconds.
  const text = Array.from({ length: 400 }, (_, i) => `${i % 34};${(3 * i) % 34};${i % 2};${i}`).join('\n');
  const options = ['--format', 'csv', '--columns', 'x,y,p,t', '--time-unit', 'ms', '--geometry', '34x34'];

  it('here, and with --raw in the server: the same decisions', async () => {
    const { url } = await liveServer();
    const file = fileOf('own.txt', text);
    const outputs: string[] = [];
    for (const more of [['--rate', 'max'], ['--raw']]) {
      const { code, out, err } = await saccadeProcess(['stream', file, url, ...options, ...more, '--json']);
      expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(/^400 events/m) });
      const decisions = String(out).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
      outputs.push(JSON.stringify(decisions.map(({ label, scores, window }) => [label, scores, window])));
    }
    expect(outputs[0]).toBe(outputs[1]);
  });

  it('what a server cannot be told is refused', async () => {
    for (const flag of [['--strict'], ['--max-npz-bytes', '9']]) {
      const { code, err } = await saccadeProcess(['stream', seven, 'ws://127.0.0.1:9', '--raw', ...flag]);
      expect(code).toBe(2);
      expect(err).toContain(flag[0]);
    }
  });

  it('--strict refuses late events', async () => {
    const { url } = await liveServer();
    const file = path.join(cases, 'late-events/unsorted.csv');
    const args = ['stream', file, url, '--geometry', '34x34', '--rate', 'max'];
    expect(await saccadeProcess(args)).toMatchObject({
      code: 0,
      err: expect.stringContaining('2 events come'),
    });
    expect(await saccadeProcess([...args, '--strict'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('UNSORTED_EVENTS'),
    });
  });
});

describe('pipes', () => {
  const events = batchFromTuples(
    Array.from({ length: 40_000 }, (_, i) => [100 + 7 * i, (5 * i) % 128, (11 * i) % 128, i % 2] as const),
    { width: 128, height: 128 },
  );
  const bytes = encodeAll(createEncoder('aedat4'), events);
  const piped = writableFormats().map(({ id }) => id);

  it.each(piped.filter((id) => !encoderNeedsPatches(id)))(
    'aedat4 in, %s out, and nothing else',
    async (to) => {
      const { code, out, err } = await saccadeProcess(['convert', '-', '-', '--to', to], { stdin: bytes });
      expect(code).toBe(0);
      expect(err).toMatch(/^standard output: 40,000 events/);
      const decoder = createDecoder({ format: to, geometry: { width: 128, height: 128 } });
      expect(digestOf(decodeAll(decoder, new Uint8Array(out)))).toBe(digestOf(events));
    },
  );

  it('what cannot go through a pipe is refused with the reason', async () => {
    for (const more of [
      ['--to', 'npy'],
      ['--to', 'hdf5'],
      ['--to', 'dat', '--verify'],
    ]) {
      const { code, out, err } = await saccadeProcess(['convert', seven, '-', ...more]);
      expect({ code, out: out.length }).toEqual({ code: 2, out: 0 });
      expect(err).toMatch(/name a file|needs a file/);
    }
  });

  it('cut and inspect', async () => {
    const cut = await saccadeProcess(['cut', '-', '-', '--events', '..5', '--to', 'csv'], { stdin: bytes });
    expect(String(cut.out).trim().split('\n')).toHaveLength(6);
    const { out } = await saccadeProcess(['inspect', '-', '--json'], { stdin: bytes });
    expect(JSON.parse(String(out))).toMatchObject({ events: 40_000, width: 128, file: '-' });
  });

  it('classify reads one', async () => {
    const { code, out } = await saccadeProcess(['classify', '-', '--model', model, '--format', 'atis40'], {
      stdin: readFileSync(seven),
    });
    expect(code).toBe(0);
    expect(String(out)).toMatch(/ 7 /);
  });

  it('Ctrl-C ends a wait for more', async () => {
    const { code, err } = await saccadeProcess(['convert', '-', '-', '--to', 'csv'], {
      stdin: bytes.subarray(0, 100_000),
      endStdin: false,
      signal: { name: 'SIGINT', when: /t,x,y,p/ },
    });
    expect(code).toBe(130);
    expect(err).toContain('Interrupted');
  });
});

describe('what is loaded', () => {
  const hooks = `export async function resolve(name, context, next) {
    const found = await next(name, context);
    process._rawDebug('loads ' + found.url);
    return found;
  }`;
  const code = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(code(hooks))});`;

  async function loaded(...args: string[]): Promise<string[]> {
    const { code: exit, err } = await saccadeProcess(args, { node: ['--import', code(register)] });
    expect(exit).toBe(0);
    const found = err.match(/(?<=loads )\S+/g) ?? [];
    return [...new Set(found.filter((url) => url.startsWith('file:')))];
  }
  /** What a name in a file says that the file holds. */
  const HEAVY = {
    'the live server': 'RunningServer',
    'the trainer': 'requirePeer',
    'the engine': 'WasmEngine',
    'the latency experiment': 'ServerProcess',
    RxJS: 'UnsubscriptionError',
    WebSockets: 'handleUpgrade',
  };
  const held = (files: readonly string[]): string[] => {
    const texts = files.map((url) => readFileSync(new URL(url), 'utf8'));
    return Object.entries(HEAVY).flatMap(([what, name]) =>
      texts.some((text) => text.includes(name)) ? [what] : [],
    );
  };

  it('all that is heavy is somewhere in the command', () => {
    const folder = new URL('../../dist/cli/', import.meta.url);
    const files = readdirSync(folder).map((name) => new URL(name, folder).href);
    expect(held(files)).toEqual(Object.keys(HEAVY));
  });

  it.each([
    ['--version', [], 17],
    ['--help', [], 17],
    ['inspect', [seven], 64],
    ['train', ['--help'], 84],
  ])('%s is quick to start', async (first, more, most) => {
    const files = await loaded(first, ...more);
    expect(files.length).toBeGreaterThan(2);
    expect(files.length).toBeLessThan(most);
    expect(files.filter((url) => url.includes('/node_modules/'))).toEqual([]);
    if (first !== 'train') expect(held(files)).toEqual([]);
    else expect(held(files)).not.toContain('the trainer');
  });
});

describe('the help', () => {
  let text = '';
  beforeAll(async () => {
    text = String((await saccadeProcess(['--help'])).out);
  });
  it.each(commands.map((entry) => [entry.name, entry] as const))('%s', async (name, { summary, load }) => {
    const command = await load();
    expect(command.name()).toBe(name);
    expect(text).toMatch(new RegExp(`^ +${name} +${summary}$`, 'm'));
    expect(command.helpInformation()).toMatch(/Usage: [^]*Options:/);
  });
});
