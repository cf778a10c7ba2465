/** The one list of commands. */
import type { Command } from 'commander';
import { trainCommand } from './train.ts';

/** Makes all commands, in the order of the help text. */
export const commands: readonly (() => Command)[] = [trainCommand];
