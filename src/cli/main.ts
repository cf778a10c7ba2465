#!/usr/bin/env node
/** The `saccade` command. */
import process from 'node:process';
import { EXIT_CODES } from './exit-codes.ts';
import { run } from './run.ts';

// A closed pipe (`saccade … | head`) is a reader's right, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.ok);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
