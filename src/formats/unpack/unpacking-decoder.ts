/** Decodes a recording while it is unpacked. */
import { integerOption, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import { plainBytes } from '../bytes.ts';
import type { DecodeReport } from '../decode-report.ts';
import { EventFormatError } from '../errors.ts';
import type { DamagePolicy, EventDecoder } from '../event-format.ts';
import { ReportBuilder } from '../report-builder.ts';
import type { Packing, UnpackedSink, Unpacker } from './unpacker.ts';
import { unpackedReport, type PackedAccount } from './unpacked-report.ts';

/** Most bytes that a packed recording may become, unless another limit is stated: 64 GiB. */
export const DEFAULT_MAX_UNPACKED_BYTES: number = 2 ** 36;

/** What the decoder of a packed recording is told. */
export interface UnpackingOptions {
  readonly policy?: DamagePolicy | undefined;
  /** Most bytes that it may become. Default 64 GiB. */
  readonly maxUnpackedBytes?: number | undefined;
}

/**
 * Unpacks what is pushed and decodes it. Memory is bounded by the packing's window; what a bomb makes of few bytes is
 * decoded in pieces and ends at `maxUnpackedBytes`. Damage of the packing ends the recording early.
 */
export class UnpackingDecoder implements EventDecoder {
  readonly #packing: Packing;
  readonly #unpacker: Unpacker;
  readonly #createInner: (fileName: string | undefined) => EventDecoder;
  readonly #account: PackedAccount = { bytes: 0, faults: [], notes: [] };
  readonly #isStrict: boolean;
  readonly #maxBytes: number;
  readonly #unknown = new ReportBuilder('unknown', 'unknown');
  #fileName: string | undefined;
  #inner: EventDecoder | undefined;
  #unpacked = 0;
  #batches: EventBatch[] = [];
  #failure: Error | undefined;

  /** @param createInner makes the decoder of what is packed, by its name if that is known. */
  constructor(
    packing: Packing,
    createInner: (fileName: string | undefined) => EventDecoder,
    { policy, maxUnpackedBytes = DEFAULT_MAX_UNPACKED_BYTES }: UnpackingOptions,
  ) {
    this.#packing = packing;
    this.#createInner = createInner;
    this.#isStrict = policy === 'strict';
    this.#maxBytes = integerOption('maxUnpackedBytes', maxUnpackedBytes, 1);
    this.#unpacker = packing.createUnpacker(this.#sink());
  }

  get geometry(): SensorGeometry | null {
    return this.#inner?.geometry ?? null;
  }

  get report(): DecodeReport {
    return unpackedReport(this.#inner?.report ?? this.#unknown, this.#account);
  }

  /** The decoder of what is packed; `undefined` before its first byte. */
  get inner(): EventDecoder | undefined {
    return this.#inner;
  }

  push(bytes: Uint8Array): EventBatch[] {
    const borrowed = plainBytes(bytes);
    this.#account.bytes += borrowed.length;
    return this.#run(() => {
      this.#unpacker.push(borrowed);
    });
  }

  finish(): EventBatch[] {
    return this.#run(() => {
      this.#unpacker.finish();
      if (this.#unpacked > 0 || this.#account.faults.length === 0) this.#take(this.#started().finish());
      const text = `The recording is packed by ${this.#packing.name}, in ${this.#account.bytes} bytes; places are those in the ${this.#unpacked} bytes that it unpacks to.`;
      this.#account.notes.unshift({ code: 'PACKED', message: text });
    });
  }

  #sink(): UnpackedSink {
    return {
      named: (fileName) => {
        this.#fileName = fileName;
      },
      write: (bytes) => {
        this.#unpacked += bytes.length;
        if (this.#unpacked > this.#maxBytes) {
          throw new EventFormatError(
            'TOO_LARGE',
            this.#unpacked,
            `The recording unpacks to more than ${this.#maxBytes} bytes. Raise maxUnpackedBytes if that is right.`,
          );
        }
        this.#take(this.#started().push(bytes));
      },
      damaged: (code, message) => {
        const byteOffset = this.#unpacked;
        if (this.#isStrict) throw new EventFormatError(code, byteOffset, message);
        this.#account.faults.push({ code, byteOffset, message, behind: this.#inner?.report.faultCount ?? 0 });
      },
      note: (code, message) => {
        this.#account.notes.push({ code, message });
      },
    };
  }

  /** By then the name is known, if the packing knows it. */
  #started(): EventDecoder {
    return (this.#inner ??= this.#createInner(this.#fileName));
  }

  #take(batches: readonly EventBatch[]): void {
    for (const batch of batches) this.#batches.push(batch);
  }

  #run(work: () => void): EventBatch[] {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      work();
      return this.#batches;
    } catch (error) {
      this.#failure = error as Error;
      if (!(error instanceof EventFormatError)) throw error;
      // A later call throws the same fault, but must not hand the events out again.
      this.#failure = new EventFormatError(error.code, error.byteOffset, error.problem);
      error.events = [...this.#batches, ...error.events];
      throw error;
    } finally {
      this.#batches = [];
    }
  }
}
