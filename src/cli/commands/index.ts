/** The one list of commands. */
import type { Command } from 'commander';
import { benchCommand } from './bench.ts';
import { classifyCommand } from './classify.ts';
import { convertCommand } from './convert.ts';
import { cutCommand } from './cut.ts';
import { evaluateCommand } from './evaluate.ts';
import { exportCommand } from './export.ts';
import { inspectCommand } from './inspect.ts';
import { latencyCommand } from './latency.ts';
import { preprocessCommand } from './preprocess.ts';
import { profileCommand } from './profile.ts';
import { serveCommand } from './serve.ts';
import { streamCommand } from './stream.ts';
import { trainCommand } from './train.ts';

/** Makes all commands, in the order of the help text. */
export const commands: readonly (() => Command)[] = [
  inspectCommand,
  convertCommand,
  cutCommand,
  trainCommand,
  evaluateCommand,
  classifyCommand,
  serveCommand,
  streamCommand,
  preprocessCommand,
  latencyCommand,
  profileCommand,
  benchCommand,
  exportCommand,
];
