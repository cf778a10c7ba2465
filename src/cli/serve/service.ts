/** Where a service says what happens, whatever becomes of its output. */
import process from 'node:process';
import pino from 'pino';
import { ServerProblems, type LiveLogger } from '../../live/index.ts';
import { whenOutputCloses } from '../closed-output.ts';
import { LineOutput } from './line-output.ts';

/** Output that nobody takes does not keep the process for longer. */
const FLUSH_MS = 300;

/** See the file comment. */
export interface Service {
  readonly problems: ServerProblems;
  readonly output: LineOutput;
  readonly logger: LiveLogger;
}

/** Standard output for lines that others read, standard error for the log. */
export function openService(): Service {
  const problems = new ServerProblems();
  const output = new LineOutput({ name: 'stdout', fd: 1, problems });
  whenOutputCloses(() => {
    output.close();
  });
  const log = new LineOutput({ name: 'log', fd: 2, problems });
  const logger = pino(
    { level: process.env['LOG_LEVEL'] ?? 'warn', serializers: { error: pino.stdSerializers.err } },
    {
      write: (line: string) => {
        log.print(line.trimEnd());
      },
    },
  );
  return { problems, output, logger };
}

/** A reader of standard output that does not read must not keep the process. */
export async function leave({ output }: Service): Promise<void> {
  const until = performance.now() + FLUSH_MS;
  while (!output.isFlushed && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 10));
  if (!output.isFlushed) process.exit();
}
