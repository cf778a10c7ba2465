/** Work between machines: ports, each in this process and on NATS. For Node. */
export * from './errors.ts';
export * from './nats-address.ts';
export { NatsConnection, type NatsConnectionOptions, type NatsEvent } from './nats-connection.ts';
export * from './job-queue.ts';
export { MemoryJobQueue } from './memory-job-queue.ts';
export { NatsJobQueue, type NatsJobQueueOptions } from './nats-job-queue.ts';
export * from './event-bus.ts';
export * from './key-value.ts';
export * from './members.ts';
export * from './membership.ts';
export { MemoryEventBus } from './memory-event-bus.ts';
export { MemoryKeyValueStore } from './memory-key-value.ts';
export { NatsEventBus } from './nats-event-bus.ts';
export { NatsKeyValueStore } from './nats-key-value.ts';
