/** `saccade worker`. */
import { Command } from 'commander';
import { OptionError } from '../../events/index.ts';
import { addNatsOptions } from '../nats-options.ts';
import { declareEffects, optionsOf } from '../option-effects.ts';
import { workerRoles } from '../worker/roles.ts';

async function run(flags: Readonly<Record<string, unknown>>): Promise<void> {
  const asked = workerRoles.filter(({ name }) => flags[name] !== undefined);
  const names = workerRoles.map(({ name }) => `--${name}`).join(', ');
  if (asked.length !== 1)
    throw new OptionError(names, 'must be given, one of them: it says what the worker does');
  await asked[0]!.run(flags);
}

/** Registers `saccade worker`. */
export function workerCommand(): Command {
  const command = new Command('worker').description(
    'Works for others through NATS, until it is stopped; a second Ctrl-C ends it at once. Start as many as there are machines, each with access to the same files.',
  );
  addNatsOptions(command);
  for (const role of workerRoles) {
    command.option(`--${role.name}${role.value === undefined ? '' : ` ${role.value}`}`, role.summary);
    role.addOptions(command);
    declareEffects(command, { options: optionsOf(role.addOptions), with: [{ option: role.name }] });
  }
  return command
    .addHelpText(
      'after',
      '\nExamples:\n  saccade worker --model models/nmnist.safetensors --nats nats://broker:4222\n  saccade worker --jobs --queue nats://broker:4222 --share /mnt/events',
    )
    .action(run);
}
