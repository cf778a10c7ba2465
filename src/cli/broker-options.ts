/** The broker between gateways and workers. */
import { Option } from 'commander';
import type { NatsConnection } from '../cluster/index.ts';
import { openNats, type NatsFlags } from './nats-options.ts';

/** What {@link brokerOption} parses, beside what is said of NATS. */
export interface BrokerFlags extends NatsFlags {
  readonly nats: string;
}

/** Where it is. */
export function brokerOption(): Option {
  return new Option(
    '--nats <url>',
    'broker: nats://host:port or tls://host:port, several with commas between them',
  )
    .env('SACCADE_NATS')
    .default('nats://127.0.0.1:4222');
}

/** @throws OptionError; ClusterError */
export function openBroker(flags: BrokerFlags): Promise<NatsConnection> {
  return openNats('--nats', flags.nats, flags);
}
