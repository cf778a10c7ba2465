/**
 * Which topic of a bag is read: each that has events is a camera, and cameras are never mixed. A topic may have several
 * publishers (ROS 1 connections, MCAP channels), each with a number: one after the other they are read, by turns they are cameras.
 */
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
  /** The publisher whose messages come, and those that were before it. */
  #publisher: number | undefined;
  readonly #earlier = new Set<number>();
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
    this.#isFound ||= this.#isStated({ id, ...topic });
  }

  /** Whether a topic, or a publisher of it, is the one that was stated. */
  #isStated({ id, name }: Pick<Topic, 'id' | 'name'>): boolean {
    return name === this.#stated || `${name}#${id}` === this.#stated;
  }

  /** How many topics of events are known, each number for itself. */
  get declared(): number {
    return this.#declared;
  }

  /** The number of the publisher whose message was read last; `undefined` before the first. */
  get publisher(): number | undefined {
    return this.#publisher;
  }

  topic(id: number): Topic | undefined {
    return this.#topics.get(id);
  }

  /** Whether messages of a topic are none of events, or not of the one that was stated. */
  passesOver(id: number): boolean {
    const topic = this.#topics.get(id);
    if (topic === undefined) return false;
    if (this.#stated !== undefined) return !this.#isStated(topic);
    return topic.message === null;
  }

  leaveOut(id: number): void {
    const topic = this.#topics.get(id);
    if (topic === undefined) return;
    topic.messages++;
    this.#isNoted = false;
  }

  /**
   * Takes the publisher of a message of events for the one to read. Those of a topic that was not stated are passed over before.
   *
   * @throws EventFormatError where another topic had some, or this publisher had some before another one, and nothing says
   * which is meant.
   */
  take(id: number, at: number): void {
    const { name } = this.#topics.get(id)!;
    this.#chosen ??= name;
    if (this.#stated === undefined && name !== this.#chosen) {
      const first = shown(this.#chosen);
      throw ambiguous(
        at,
        `There are events of several cameras, on the topics ${first} and ${shown(name)}.`,
        first,
      );
    }
    if (id === this.#publisher) return;
    if (this.#earlier.has(id)) {
      const [one, other] = [id, this.#publisher].map((number) => `${shown(name)}#${number}`) as [
        string,
        string,
      ];
      throw ambiguous(
        at,
        `The topic ${shown(name)} has events of several publishers by turns, ${one} and ${other}.`,
        one,
      );
    }
    this.#publisher = id;
    this.#earlier.add(id);
    if (this.#earlier.size === 1) return;
    this.#account.note({
      code: 'SEVERAL_PUBLISHERS',
      message: `${shown(name)} has ${this.#earlier.size} publishers, one after the other: ${this.#publishers(name)}. Their events follow one another, and each is decoded by itself.`,
      option: 'topic',
    });
  }

  /** Goes on in the middle, where messages of this publisher come. */
  goOn(publisher: number): void {
    this.#publisher = publisher;
    this.#earlier.clear();
    this.#earlier.add(publisher);
  }

  #publishers(name: string): string {
    const numbers = [...this.#earlier].map((id) => `${shown(name)}#${id}`);
    const more = numbers.length - MAX_NAMED;
    return numbers.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
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

function ambiguous(at: number, problem: string, example: string): EventFormatError {
  return new EventFormatError(
    'AMBIGUOUS_TOPIC',
    at,
    `${problem} State the one to read: --topic ${example} on the command line, topic: '${example}' in code.`,
  );
}

function shown(name: string): string {
  return name.slice(0, SHOWN_CHARACTERS);
}

function list(topics: readonly Topic[]): string {
  const named = topics.slice(0, MAX_NAMED).map(({ id, name, type, messages }) => {
    const count = messages === 0 ? '' : `, ${messages.toLocaleString('en')} messages`;
    const isOneOfSeveral = topics.some((other) => other.id !== id && other.name === name);
    return `${shown(name)}${isOneOfSeveral ? `#${id}` : ''} (${shown(type)}${count})`;
  });
  const more = topics.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
