/** `saccade doctor`. */
import os from 'node:os';
import process from 'node:process';
import { getHeapStatistics } from 'node:v8';
import { Command } from 'commander';
import { describeMachine, type Machine } from '../../latency/index.ts';
import type { BackendProbe } from '../../training/index.ts';
import { packageVersion } from '../own-package.ts';
import { printableText } from '../printable.ts';
import { textTable } from '../text-table.ts';

/** What `--json` prints. */
export interface DoctorReport {
  readonly version: string;
  readonly machine: Machine;
  /** Threads that run at the same time. */
  readonly threads: number;
  readonly memory: {
    readonly totalBytes: number;
    readonly freeBytes: number;
    /** Most that JavaScript objects may take; clips and the engines' memories are beside it. */
    readonly heapLimitBytes: number;
  };
  /** Whether threads can share a WebAssembly memory. */
  readonly sharedMemory: boolean;
  readonly workload: string;
  readonly backends: readonly BackendProbe[];
}

/** Three backends of TensorFlow.js and our own are timed: ten seconds with their starts. */
const MILLIS = 2000;
const QUICK_MILLIS = 200;

function hasSharedMemory(): boolean {
  try {
    return (
      new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer
    );
  } catch {
    return false;
  }
}

async function examine(quick: boolean): Promise<DoctorReport> {
  const { probeBackends, PROBE_WORKLOAD } = await import('../../training/index.ts');
  return {
    version: packageVersion(),
    machine: describeMachine(),
    threads: os.availableParallelism(),
    memory: {
      totalBytes: os.totalmem(),
      freeBytes: os.freemem(),
      heapLimitBytes: getHeapStatistics().heap_size_limit,
    },
    sharedMemory: hasSharedMemory(),
    workload: PROBE_WORKLOAD,
    backends: await probeBackends(quick ? QUICK_MILLIS : MILLIS),
  };
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function doctorText({
  version,
  machine,
  threads,
  memory,
  sharedMemory,
  workload,
  backends,
}: DoctorReport): string {
  const has = (there: boolean): string => (there ? 'yes' : 'no');
  return [
    `saccade ${version}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}`,
    `  threads ${threads}, shared memory ${has(sharedMemory)}, WebAssembly SIMD ${has(machine.simd)}`,
    `  memory ${gib(memory.totalBytes)}, of it free ${gib(memory.freeBytes)}, limit of the heap ${gib(memory.heapLimitBytes)}`,
    `training ${workload}:`,
    textTable(
      ['backend', 'clips/s', { title: '', align: 'left' }],
      backends.map(({ name, clipsPerSecond, reason }) => [name, clipsPerSecond?.toFixed(0) ?? '-', reason]),
    ),
  ].join('\n');
}

/** Registers `saccade doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Says what this machine has for training: threads, memory, and which backends are there, how fast, and why the rest is not.',
    )
    .option('--quick', 'measure for less than a second each')
    .option('--json', 'print one JSON object')
    .action(async ({ quick = false, json = false }: { quick?: boolean; json?: boolean }) => {
      const report = await examine(quick);
      process.stdout.write(`${json ? JSON.stringify(report) : printableText(doctorText(report))}\n`);
    });
}
