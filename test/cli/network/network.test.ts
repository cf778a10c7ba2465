/** Network sources on the command line: real processes and sockets. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDecoder, createEncoder } from '../../../src/formats/index.ts';
import { canonicalText, chunksOf, decodeAll } from '../../helpers/decode.ts';
import { saccade } from '../../helpers/cli.ts';
import { DatagramSender, senders, sendStream } from '../../helpers/network-senders.ts';
import { saccadeProcess } from '../../helpers/process.ts';
import { encodeAll } from '../../helpers/round-trip.ts';
import { eventually, sensorEvents } from '../../helpers/sources.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const main = path.join(root, 'dist/cli/main.js');
const model = path.join(root, 'models/nmnist.safetensors');
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly ended: Promise<number | null>;
  out(): string;
  err(): string;
}

/** Starts a command and waits until it says on which port it listens. */
async function listening(...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [main, ...args]);
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes) => (out += String(bytes)));
  child.stderr.on('data', (bytes) => (err += String(bytes)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const port = await eventually(() => {
    const match = /port (\d+)/.exec(out + err) ?? /"port":(\d+)\}\]/.exec(out);
    expect(match, err).not.toBeNull();
    return Number(match![1]);
  });
  return { child, port, ended, out: () => out, err: () => err };
}

const senderOf = (form: string): (typeof senders)[number] => senders.find((sender) => sender.form === form)!;

describe('record', () => {
  it.each([
    ['udp/jaer', 'a.aedat4'],
    ['tcp/dv', 'a.csv'],
    ['tcp/evt3', 'a.aedat'],
  ])('%s into %s: the file holds what was sent, and appears when it is whole', async (form, name) => {
    const folder = temporaryFolder();
    const file = path.join(folder, name);
    const sender = senderOf(form);
    const events = sensorEvents(5000, 3);
    const to = name.endsWith('.aedat') ? ['--to', 'aedat2', '--to-chip', 'dvs128'] : [];
    const running = await listening(
      'record',
      file,
      '--listen',
      form.replace('/', ':0/'),
      '--streams',
      '1',
      '--json',
      ...to,
    );
    if (sender.stream !== undefined) await sendStream(running.port, chunksOf(sender.stream(events), [999]));
    else {
      const socket = new DatagramSender(running.port);
      await socket.send(sender.datagrams!(events));
      socket.close();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(readdirSync(folder)).not.toContain(name);
      running.child.kill('SIGINT');
    }
    expect(await running.ended).toBe(0);
    const summary = JSON.parse(running.out()) as {
      written: number;
      dropped: object;
      files: { file: string }[];
    };
    expect(summary).toMatchObject({ written: events.length, dropped: {} });
    const decoder = createDecoder({ fileName: name, geometry: { width: 128, height: 128 } });
    expect(canonicalText(decodeAll(decoder, new Uint8Array(readFileSync(file))))).toBe(canonicalText(events));
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('a file for each sender, and for each stretch of time; bounds end it', async () => {
    const folder = temporaryFolder();
    const args = ['record', path.join(folder, 'a.csv'), '--listen', 'tcp:0/evt3', '--streams', '2', '--json'];
    const running = await listening(...args, '--file-seconds', '0.05');
    const both = [sensorEvents(5000, 1), sensorEvents(100, 2)];
    for (const events of both)
      await sendStream(running.port, chunksOf(senderOf('tcp/evt3').stream!(events), [2000]));
    expect(await running.ended).toBe(0);
    const { files } = JSON.parse(running.out()) as {
      files: { file: string; events: number; tFirst: number; tLast: number }[];
    };
    expect(files.length).toBeGreaterThan(2);
    expect(files.reduce((sum, { events }) => sum + events, 0)).toBe(5100);
    expect(files.at(-1)!.events).toBe(100);
    const names = files.map(({ file }) => path.basename(file));
    expect(names).toEqual(files.map((_, i) => (i === 0 ? 'a.csv' : `a-${i + 1}.csv`)));
    const rows = names.map(
      (name) => readFileSync(path.join(folder, name), 'utf8').trim().split('\n').length - 1,
    );
    expect(rows).toEqual(files.map(({ events }) => events));
  });

  it('events that go back in time are left out where the format cannot hold them, and counted', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'a.raw');
    const running = await listening(
      'record',
      file,
      '--to',
      'evt3',
      '--listen',
      'udp:0/spif?sensor=128x128',
      '--seconds',
      '20',
      '--json',
    );
    const datagrams = senderOf('udp/spif?sensor=128x128').datagrams!(sensorEvents(320, 4));
    const socket = new DatagramSender(running.port);
    await socket.send([...datagrams.slice(0, 5), ...datagrams.slice(6), datagrams[5]!], 1);
    socket.close();
    await new Promise((resolve) => setTimeout(resolve, 500));
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    const summary = JSON.parse(running.out()) as { written: number; dropped: { late: number } };
    expect(summary.dropped.late).toBe(32);
    expect(summary.written).toBe(288);
  });

  it('says what is wrong with the words', async () => {
    const there = path.join(temporaryFolder(), 'a.csv');
    for (const [args, told] of [
      [['a.csv'], '--listen'],
      [['a.csv', '--listen', 'udp:1/dv'], '--listen'],
      [['a.xyz', '--listen', 'udp:0/jaer'], '--to'],
      [['-', '--listen', 'udp:0/jaer', '--to', 'csv'], 'file'],
      [[there, '--listen', 'udp:0/jaer?convention=jaer'], 'leave ?convention= out'],
      [[there, '--listen', 'udp:0/jaer?camera=roof'], 'leave ?camera= out'],
      [[there, '--connect', 'tcp:127.0.0.1:9/dv?allow=10.0.0.1'], 'allow is of senders that connect'],
      [[there, '--listen', 'udp:0.0.0.0:0/jaer'], 'open to others'],
    ] as const) {
      const { code, err } = await saccade('record', ...args);
      expect([code, err]).toEqual([2, expect.stringContaining(told)]);
    }
  });
});

describe('classify, serve and stream', () => {
  const digits = path.join(root, 'examples/recordings/nmnist/Test');
  const recording = path.join(digits, '3', readdirSync(path.join(digits, '3'))[0]!);
  const events = decodeAll(
    createDecoder({ format: 'atis40', geometry: { width: 34, height: 34 } }),
    new Uint8Array(readFileSync(recording)),
  );
  const bytes = encodeAll(createEncoder('evt3'), events);
  interface Line {
    readonly label?: string;
    readonly scores?: number[];
    readonly final?: boolean;
  }
  const labels = (out: string): object[] =>
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
      .filter(({ label }) => label !== undefined)
      .map(({ label, scores }) => ({ label, scores }));

  it.each([[[]], [['--filter', 'polarity=keep:on']]])(
    'classify --listen %j says what classify says of the file',
    async (more) => {
      const classify = ['classify', '--model', model, '--json', ...more];
      const offline = await saccadeProcess([...classify, recording, '--geometry', '34x34']);
      const running = await listening(...classify, '--listen', 'tcp:0/evt3', '--streams', '1');
      await sendStream(running.port, chunksOf(bytes, [500]));
      expect(await running.ended).toBe(0);
      expect(labels(running.out())).toEqual(labels(offline.out.toString()));
      expect(labels(running.out()).length).toBeGreaterThan(0);
    },
  );

  it('serve takes several sources; stream hands one on to it; decisions are those of the file', async () => {
    const offline = await saccadeProcess([
      'classify',
      recording,
      '--model',
      model,
      '--json',
      '--geometry',
      '34x34',
    ]);
    const server = await listening(
      'serve',
      '--model',
      model,
      '--port',
      '0',
      '--json',
      '--flush-after-ms',
      '60000',
      '--listen',
      'udp:0/jaer?camera=a',
      '--listen',
      'tcp:0/evt3?camera=b',
    );
    const { url, sources } = JSON.parse(server.out().split('\n')[0]!) as {
      url: string;
      sources: { camera: string; port: number }[];
    };
    expect(sources.map(({ camera }) => camera)).toEqual(['a', 'b']);
    await sendStream(sources[1]!.port, [bytes]);
    await eventually(() => expect(labels(server.out()).length).toBe(labels(offline.out.toString()).length));
    expect(labels(server.out())).toEqual(labels(offline.out.toString()));
    const bridge = await listening(
      'stream',
      '--listen',
      'tcp:0/evt3?camera=c',
      url.replace('http', 'ws'),
      '--streams',
      '1',
      '--json',
    );
    await sendStream(bridge.port, chunksOf(bytes, [700]));
    expect(await bridge.ended).toBe(0);
    expect(labels(bridge.out())).toEqual(labels(offline.out.toString()));
    expect(bridge.err()).toContain(`${events.length} events`);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });
});
