/** The one list of commands. */
import type { Command } from 'commander';

/** A command: its line in the help, and where it is. What it needs is loaded when it runs. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the module and makes the command. */
  readonly load: () => Promise<Command>;
}

/** All commands, in the order of the help text. */
// prettier-ignore
export const commands: readonly CommandEntry[] = [
  { name: 'inspect', summary: 'say what is in a recording', load: async () => (await import('./inspect.ts')).inspectCommand() },
  { name: 'convert', summary: 'write recordings in another format', load: async () => (await import('./convert.ts')).convertCommand() },
  { name: 'cut', summary: 'write a part of a recording', load: async () => (await import('./cut.ts')).cutCommand() },
  { name: 'index', summary: 'note how to read parts of long recordings', load: async () => (await import('./index-command.ts')).indexCommand() },
  { name: 'train', summary: 'train a network and write a model file', load: async () => (await import('./train.ts')).trainCommand() },
  { name: 'evaluate', summary: 'measure a model on a data set', load: async () => (await import('./evaluate.ts')).evaluateCommand() },
  { name: 'classify', summary: 'classify recordings', load: async () => (await import('./classify.ts')).classifyCommand() },
  { name: 'serve', summary: 'classify cameras live, with a dashboard', load: async () => (await import('./serve.ts')).serveCommand() },
  { name: 'replay', summary: 'make the decisions of a record again, and compare', load: async () => (await import('./replay.ts')).replayCommand() },
  { name: 'gateway', summary: 'take cameras for a cluster, with a dashboard', load: async () => (await import('./gateway.ts')).gatewayCommand() },
  { name: 'stream', summary: 'replay recordings to a live server', load: async () => (await import('./stream.ts')).streamCommand() },
  { name: 'record', summary: 'write what camera software sends to files', load: async () => (await import('./record.ts')).recordCommand() },
  { name: 'preprocess', summary: 'turn recordings into frames on disk', load: async () => (await import('./preprocess.ts')).preprocessCommand() },
  { name: 'datasets', summary: 'list, download and verify data sets', load: async () => (await import('./datasets.ts')).datasetsCommand() },
  { name: 'worker', summary: 'work for other machines', load: async () => (await import('./worker.ts')).workerCommand() },
  { name: 'latency', summary: 'measure the delay of decisions', load: async () => (await import('./latency.ts')).latencyCommand() },
  { name: 'profile', summary: 'count what a model costs on recordings', load: async () => (await import('./profile.ts')).profileCommand() },
  { name: 'bench', summary: 'measure the engine on this machine', load: async () => (await import('./bench.ts')).benchCommand() },
  { name: 'doctor', summary: 'say what this machine has for training', load: async () => (await import('./doctor.ts')).doctorCommand() },
  { name: 'export', summary: 'write a model in another format', load: async () => (await import('./export.ts')).exportCommand() },
];
