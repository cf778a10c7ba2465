/** What commands declare of their options, walked over: each is refused where it has no effect, and taken where it has one. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { effectsOf, type Choice, type OptionEffect } from '../../src/cli/option-effects.ts';
import { createProgram } from '../../src/cli/run.ts';
import { randomModel, writeModel } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** The command of these names, as it is before words are parsed, that does nothing when it runs. */
async function commandOf(path: readonly string[]): Promise<{ program: Command; command: Command }> {
  const program = await createProgram(path);
  let command = program;
  for (const name of path) command = command.commands.find((known) => known.name() === name)!;
  command.action(() => undefined);
  for (const option of command.options) option.makeOptionMandatory(false);
  return { program, command };
}

/** All commands, and those in them. */
async function commandPaths(): Promise<string[][]> {
  const paths: string[][] = [];
  for (const { name, load } of commands) {
    const { commands: inner } = await load();
    paths.push([name], ...inner.map((command) => [name, command.name()]));
  }
  return paths;
}

/** One of them is a value of any option that has no choices. */
const SAMPLES = [
  ...['1', '0.5', '10000', '100000000', '34x34', '1s..2s', '0..5', '0,0,3,3', '5m', 'x,y,t,p', 'counts'],
  ...['rate=1,2', 'a.csv', 'x'],
];

function optionOf(command: Command, name: string): Option {
  const found = command.options.find((option) => option.attributeName() === name);
  expect(found, `${command.name()} has no option ${name}`).toBeDefined();
  return found!;
}

/** Words that give an option a value, one of some if they are named. */
function words(command: Command, name: string, values?: readonly unknown[]): string[] {
  const option = optionOf(command, name);
  const flag = option.long!;
  if (option.isBoolean()) return [flag];
  if (name === 'filter') return [flag, 'polarity=keep:on'];
  if (name === 'augment') return [flag, 'event-drop'];
  if (values !== undefined) return [flag, String(values[0])];
  if (option.argChoices !== undefined) return [flag, option.argChoices[0]!];
  const sample = SAMPLES.find((text) => {
    try {
      option.parseArg?.(text, undefined);
      return true;
    } catch {
      return false;
    }
  });
  expect(sample, `no sample for ${flag}`).toBeDefined();
  return [flag, sample!];
}

/** A value of an option that is none of some. */
function otherWords(command: Command, { option: name, values = [] }: Choice): string[] {
  const { argChoices = [], defaultValue } = optionOf(command, name);
  if (defaultValue !== undefined && !values.includes(defaultValue)) return [];
  if (values.length === 0) return [];
  return [`--${name}`, argChoices.find((value) => !values.includes(value)) ?? 'other'];
}

/** Positional words that a command asks for. */
const operands = ({ registeredArguments }: Command): string[] =>
  registeredArguments
    .filter(({ required }) => required)
    .flatMap(({ variadic }) => (variadic ? ['a', 'b'] : ['a']));

/** What the check says of words; `null` where it takes them. */
async function refusal(path: readonly string[], given: readonly string[]): Promise<string | null> {
  const { program, command } = await commandOf(path);
  try {
    await program.parseAsync([...path, ...operands(command), ...given], { from: 'user' });
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_OPTION' });
    return (error as Error).message;
  }
}

/** Words with which an option has an effect, as far as that is declared. */
function companions(command: Command, name: string, seen: readonly string[] = []): string[] {
  return effectsOf(command)
    .filter(({ options, with: wanted = [] }) => options.includes(name) && wanted.length > 0)
    .flatMap(({ with: wanted }) => {
      const [{ option, values }] = wanted as readonly [Choice];
      if (seen.includes(option)) return [];
      return [...words(command, option, values), ...companions(command, option, [...seen, name])];
    });
}

const paths = await commandPaths();
const declared = await Promise.all(
  paths.map(async (path) => ({
    name: path.join(' '),
    path,
    effects: effectsOf((await commandOf(path)).command),
  })),
);

describe('what is declared of options', () => {
  it('is of options that there are', async () => {
    for (const { path, effects } of declared) {
      const { command } = await commandOf(path);
      for (const { options, with: wanted = [], without = [] } of effects)
        for (const name of [...options, ...[...wanted, ...without].map(({ option }) => option)])
          optionOf(command, name);
    }
    expect(declared.flatMap(({ effects }) => effects).length).toBeGreaterThan(50);
  });

  const cases = declared.flatMap(({ name, path, effects }) =>
    effects.flatMap((effect) => effect.options.map((option) => ({ name, path, effect, option }))),
  );

  it.each(cases)('$name: $option', async ({ path, effect, option }) => {
    const { command } = await commandOf(path);
    const own = words(command, option, effect.values);
    const flag = optionOf(command, option).long!;
    const beside = companions(command, option);
    const told = await refusal(path, [...own, ...beside]);
    expect({ with: beside, told }).toEqual({ with: beside, told: null });
    if (effect.with !== undefined) await expectRefusedAlone(path, command, { own, flag, effect });
    for (const choice of effect.without ?? []) {
      const problem = await refusal(path, [
        ...own,
        ...beside,
        ...words(command, choice.option, choice.values),
      ]);
      expect(problem, `${flag} beside ${choice.option}`).toMatch(
        /^Option --[\w-]+ .*(has no effect with|goes with) --/,
      );
    }
  });

  async function expectRefusedAlone(
    path: readonly string[],
    command: Command,
    { own, flag, effect }: { own: readonly string[]; flag: string; effect: OptionEffect },
  ): Promise<void> {
    const others = effect.with!.flatMap((choice) => otherWords(command, choice));
    const problem = await refusal(path, [...own, ...others]);
    expect(problem, `${flag} alone`).toMatch(/^Option --[\w-]+ .*goes with --/);
  }
});

describe('what only files and addresses tell', () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const nmnist = path.join(root, 'models/nmnist.safetensors');
  const recordings = path.join(root, 'examples/recordings/nmnist');
  const seven = path.join(recordings, 'Test/7/00001.bin');
  /** Stands for the file of a model with LIF neurons. */
  const LIF = 'lif.safetensors';
  function fileOfLif(): string {
    const file = path.join(temporaryFolder(), LIF);
    writeFileSync(file, writeModel(randomModel({ steps: 4, width: 8, height: 8, neuron: { kind: 'lif' } })));
    return file;
  }
  const jobs = ['worker', '--jobs', '--share', root, '--queue'];
  const broker = 'nats://127.0.0.1:1';

  it.each<[string, readonly string[]]>([
    ['--mode eq9 is of neurons with an M_tau', ['classify', seven, '--model', LIF, '--mode', 'eq9']],
    ['--mode eq9 is of neurons with an M_tau', ['profile', LIF, seven, '--mode', 'eq9']],
    ['--mode eq9 is of neurons with an M_tau', ['export', LIF, '--onnx', 'never.onnx', '--mode', 'eq9']],
    [
      '--class-folder is for a folder of your own',
      ['evaluate', recordings, '--model', nmnist, '--class-folder', 'inner'],
    ],
    ['--nats-ca goes with TLS', [...jobs, broker, '--nats-ca', 'ca.pem']],
    ['--nats-key goes with TLS', [...jobs, broker, '--nats-key', 'key.pem']],
    ['--nats-key is needed with --nats-cert', [...jobs, 'tls://127.0.0.1:1', '--nats-cert', 'cert.pem']],
    [
      '--nats-credentials says who asks, and so does --queue',
      [...jobs, 'nats://me:hush@127.0.0.1:1', '--nats-credentials', 'file'],
    ],
    [
      '--camera is said behind the ? of the source too',
      ['stream', '--listen', 'udp:0/jaer?camera=a', 'ws://127.0.0.1:9', '--camera', 'b'],
    ],
    [
      'is said behind the ? of the source too',
      ['stream', '--listen', 'udp:0/spif?sensor=9x9', 'ws://127.0.0.1:9', '--geometry', '8x8'],
    ],
    [
      '--threads is of saccade latency, and not of saccade latency compare',
      ['latency', 'compare', 'a', 'b', '--threads', '2'],
    ],
    ['files must be given', ['bench', '--model', nmnist, '--max-gap', '3']],
  ])('%s', async (told, words) => {
    const { code, err } = await saccade(...words.map((word) => (word === LIF ? fileOfLif() : word)));
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(told) as string });
  });
});
