/** Options of all servers: `serve`, `gateway`. */
import { Option, type Command } from 'commander';
import { PROXY_HEADERS } from '../../live/access/client-addresses.ts';
import { declareEffects } from '../option-effects.ts';
import { another, wholeNumber } from '../options.ts';

/** Adds them. */
export function addServerOptions(command: Command): Command {
  declareEffects(command, { options: ['proxyHeader'], with: [{ option: 'trustedProxy' }] });
  return command
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port, 0 for a free one', wholeNumber(0), 8765)
    .option(
      '--tokens <file>',
      'who may stream and watch: {"tokens": [{"name": "lab", "secret": "…", "cameras": ["lab-*"], "view": true}]}; the environment\'s SACCADE_TOKEN opens all',
    )
    .option('--allow-host <name...>', 'names under which it may be asked for, beside addresses and localhost')
    .addOption(
      new Option(
        '--trusted-proxy <address>',
        'reverse proxy, or network of them (10.0.0.0/8), that says for whom it asks: its client counts as the address then; several in the environment with commas',
      )
        .env('SACCADE_TRUSTED_PROXY')
        .argParser((text, before?: readonly string[]) => another(text, before)),
    )
    .addOption(
      new Option('--proxy-header <name>', 'the header in which it does')
        .env('SACCADE_PROXY_HEADER')
        .choices(PROXY_HEADERS)
        .default(PROXY_HEADERS[0]),
    )
    .option('--tls-key <file>', 'private key, PEM')
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--insecure', 'allow other addresses without tokens and TLS')
    .option('--json', 'one JSON object per line');
}
