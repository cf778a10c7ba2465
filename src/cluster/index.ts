/** Work between machines: ports, each in this process and on NATS. For Node. */
export * from './errors.ts';
export * from './nats-address.ts';
export { NatsConnection, type NatsConnectionOptions, type NatsEvent } from './nats-connection.ts';
export * from './job-queue.ts';
export { MemoryJobQueue } from './memory-job-queue.ts';
export { NatsJobQueue, type NatsJobQueueOptions } from './nats-job-queue.ts';
