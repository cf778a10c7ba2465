/** Schemas and channels of MCAP files, which are topics. */
import type { Serialisation } from '../ros/message-reader.ts';
import type { RosEvents } from '../ros/ros-events.ts';
import { MESSAGE_HEAD_BYTES, RecordError, RecordReader } from './records.ts';

interface Schema {
  readonly name: string;
  readonly definition: string | null;
}

/** Definitions that are read; of others the name tells the type. */
const DEFINITION_LANGUAGES: readonly string[] = ['ros2msg', 'ros1msg'];
/** How messages are serialised, by the name that a channel states. */
const SERIALISATIONS: Readonly<Record<string, Serialisation>> = { cdr: 'cdr', ros1: 'ros1' };

/** Takes schemas, channels and messages, each without its opcode and length. */
export class McapTopics {
  readonly #events: RosEvents;
  readonly #schemas = new Map<number, Schema>();

  constructor(events: RosEvents) {
    this.#events = events;
  }

  /** @throws RecordError, as the others. */
  schema(content: Uint8Array): void {
    const fields = new RecordReader(content);
    const id = fields.u16();
    const name = fields.text();
    const language = fields.text();
    const definition = fields.text();
    const known = this.#schemas.get(id);
    const schema = { name, definition: DEFINITION_LANGUAGES.includes(language) ? definition : null };
    this.#schemas.set(id, schema);
    if (known?.name !== name || known.definition !== schema.definition)
      this.#events.declareType(name, schema.definition);
  }

  channel(content: Uint8Array): void {
    const fields = new RecordReader(content);
    const id = fields.u16();
    const schema = this.#schemas.get(fields.u16());
    const name = fields.text();
    const encoding = fields.text();
    const serialisation = Object.hasOwn(SERIALISATIONS, encoding) ? SERIALISATIONS[encoding] : undefined;
    // Of what is serialised in another way nothing is known, whatever its name.
    const type = serialisation === undefined ? `${schema?.name ?? ''} as ${encoding}` : (schema?.name ?? '');
    const definition = serialisation === undefined ? null : (schema?.definition ?? null);
    this.#events.declare(id, name, type, definition, serialisation);
  }

  /** Whether a message, which begins so, need not be read. It is counted then. */
  passesOver(head: Uint8Array): boolean {
    if (head.length < MESSAGE_HEAD_BYTES) return false;
    const channel = head[0]! | (head[1]! << 8);
    if (!this.#events.passesOver(channel)) return false;
    this.#events.leaveOut(channel);
    return true;
  }

  message(content: Uint8Array, at: number): void {
    if (content.length < MESSAGE_HEAD_BYTES) throw new RecordError('is too short for a message');
    this.#events.message(content[0]! | (content[1]! << 8), content.subarray(MESSAGE_HEAD_BYTES), at);
  }
}
