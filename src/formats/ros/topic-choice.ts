/** Which topic of a bag is read: each that has events is a camera, and cameras are never mixed. */
import { OptionError } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { ReportBuilder } from '../report-builder.ts';
import type { EventMessage } from './definition.ts';
import type { Serialisation } from './message-reader.ts';

/** Topics named in a message, and characters shown of a name. */
const MAX_NAMED = 16;
const SHOWN_CHARACTERS = 80;

/** A topic of messages of one type. */
export interface Topic {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly message: EventMessage | 'unknown' | null;
  readonly serialisation: Serialisation;
  /** Messages that were left out. */
  messages: number;
}

/** Decides whose messages are read: those of the topic that the caller states, or of the only one that has events. */
export class TopicChoice {
  readonly #account: ReportBuilder;
  readonly #stated: string | undefined;
  readonly #topics = new Map<number, Topic>();
  /** Topics of events that were declared, under whatever numbers. */
  #declared = 0;
  #chosen: string | undefined;
  #chosenId: number | undefined;
  #isFound = false;
  #isNoted = true;

  constructor(account: ReportBuilder, stated: string | undefined) {
    this.#account = account;
    this.#stated = stated;
    this.#chosen = stated;
  }

  declare(id: number, topic: Omit<Topic, 'id'>): void {
    const known = this.#topics.get(id);
    if (known?.name === topic.name && known.type === topic.type) return;
    this.#topics.set(id, { id, ...topic });
    if (topic.message !== null) this.#declared++;
    this.#isFound ||= topic.name === this.#stated;
  }

  /** How many topics of events are known, each number for itself. */
  get declared(): number {
    return this.#declared;
  }

  /** The number of the topic that is read; `undefined` before its first message. */
  get chosen(): number | undefined {
    return this.#chosenId;
  }

  topic(id: number): Topic | undefined {
    return this.#topics.get(id);
  }

  /** Whether messages of a topic are none of events, or not of the one that was stated. */
  passesOver(id: number): boolean {
    const topic = this.#topics.get(id);
    if (topic === undefined) return false;
    if (this.#stated !== undefined) return topic.name !== this.#stated;
    return topic.message === null;
  }

  leaveOut(id: number): void {
    const topic = this.#topics.get(id);
    if (topic === undefined) return;
    topic.messages++;
    this.#isNoted = false;
  }

  /**
   * Whether a topic, which has a message of events, is the one to read.
   *
   * @throws EventFormatError where another one had some, and nothing says which is meant.
   */
  takes(id: number, at: number): boolean {
    const { name } = this.#topics.get(id)!;
    this.#chosen ??= name;
    if (name === this.#chosen) {
      this.#chosenId ??= id;
      return true;
    }
    const first = shown(this.#chosen);
    throw new EventFormatError(
      'AMBIGUOUS_TOPIC',
      at,
      `There are events of several cameras, on the topics ${first} and ${shown(name)}. State the one to read: --topic ${first} on the command line, topic: '${first}' in code.`,
    );
  }

  /** Notes what is left out. To be called once a push. */
  note(): void {
    if (this.#isNoted) return;
    this.#isNoted = true;
    const others = [...this.#topics.values()].filter(({ messages }) => messages > 0);
    const read = this.#chosen === undefined ? 'No topic is read' : `Topic ${shown(this.#chosen)} is read`;
    this.#account.note({
      code: 'OTHER_TOPICS',
      message: `${read}; not read: ${list(others)}.`,
      option: 'topic',
    });
  }

  /**
   * No more messages come.
   *
   * @throws OptionError for a stated topic that is not there, EventFormatError where no topic has events.
   */
  finish(): void {
    this.note();
    const topics = [...this.#topics.values()];
    if (this.#stated !== undefined) {
      if (this.#isFound || topics.length === 0) return;
      throw new OptionError(
        'topic',
        `names ${shown(this.#stated)}, which is not there; there is ${list(topics)}`,
      );
    }
    if (topics.length === 0 || topics.some(({ message }) => message !== null)) return;
    throw new EventFormatError(
      'NOT_A_RECORDING',
      0,
      `No topic has messages of events, of dvs_msgs/EventArray, event_camera_msgs/EventPacket or event_array_msgs/EventArray; there is ${list(topics)}.`,
    );
  }
}

function shown(name: string): string {
  return name.slice(0, SHOWN_CHARACTERS);
}

function list(topics: readonly Topic[]): string {
  const named = topics.slice(0, MAX_NAMED).map(({ name, type, messages }) => {
    const count = messages === 0 ? '' : `, ${messages.toLocaleString('en')} messages`;
    return `${shown(name)} (${shown(type)}${count})`;
  });
  const more = topics.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
