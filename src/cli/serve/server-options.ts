/** Options of all servers: `serve`, `gateway`. */
import type { Command } from 'commander';
import { wholeNumber } from '../options.ts';

/** Adds them. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port, 0 for a free one', wholeNumber(0), 8765)
    .option(
      '--tokens <file>',
      'who may stream and watch: {"tokens": [{"name": "lab", "secret": "…", "cameras": ["lab-*"], "view": true}]}; the environment\'s SACCADE_TOKEN opens all',
    )
    .option('--allow-host <name...>', 'names under which it may be asked for, beside addresses and localhost')
    .option('--tls-key <file>', 'private key, PEM')
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--insecure', 'allow other addresses without tokens and TLS')
    .option('--json', 'one JSON object per line');
}
