/** A zip archive with one recording. */
import { hasExtension, type EventFormat } from '../event-format.ts';
import { EventFormatError } from '../errors.ts';
import { ArchiveReader } from '../npz/archive.ts';
import type { MemberSink } from '../npz/member-reader.ts';
import type { Packing, UnpackedSink, Unpacker } from './unpacker.ts';

const SHOWN_CHARACTERS = 80;

class ZipUnpacker implements Unpacker {
  readonly #sink: UnpackedSink;
  readonly #formats: readonly EventFormat[];
  readonly #archive: ArchiveReader;
  #recording: string | undefined;
  #others = 0;
  #isBroken = false;

  constructor(sink: UnpackedSink, formats: readonly EventFormat[]) {
    this.#sink = sink;
    this.#formats = formats;
    this.#archive = new ArchiveReader(
      (name) => this.#open(name),
      (problem) => {
        this.#damaged(`The zip archive cannot be read on: ${problem}`);
      },
    );
  }

  push(bytes: Uint8Array): void {
    this.#archive.push(bytes);
  }

  finish(): void {
    const end = this.#archive.finish();
    if (this.#recording === undefined && !this.#isBroken)
      throw new EventFormatError(
        'NOT_A_RECORDING',
        0,
        'No member of the zip archive is a recording by its extension.',
      );
    if (this.#others > 0)
      this.#sink.note('OTHER_MEMBERS', `"${shown(this.#recording ?? '')}" is read; ${this.#others} other members are no recordings by their extensions.`); // prettier-ignore
    if (this.#isBroken) return;
    if (end === 'before the directory' || 'inside' in end)
      this.#sink.damaged('TRUNCATED', 'The zip archive ends early: what it lacks is missing.');
    else if (end.altered.includes(this.#recording!))
      this.#damaged('The recording has another checksum than the zip archive states');
  }

  #open(name: string): MemberSink | null {
    if (name.endsWith('/')) return null;
    if (/(^|\/)(__MACOSX\/|\.)/.test(name) || !this.#formats.some((format) => hasExtension(format, name))) {
      this.#others++;
      return null;
    }
    if (this.#recording !== undefined) {
      const names = `"${shown(this.#recording)}" and "${shown(name)}"`;
      throw new EventFormatError(
        'UNSUPPORTED_FORMAT',
        0,
        `The zip archive has several recordings, ${names}. Give one of them: archive.zip!${shown(name)} on the command line.`,
      );
    }
    this.#recording = name;
    this.#sink.named(name);
    return {
      announced: () => null,
      write: (bytes) => {
        this.#sink.write(bytes);
        return true;
      },
      damaged: (problem) => {
        this.#damaged(`The recording in the zip archive is damaged: ${problem}`);
      },
    };
  }

  #damaged(problem: string): void {
    this.#isBroken = true;
    this.#sink.damaged('CORRUPT_DATA', `${problem}; what follows is left out.`);
  }
}

function shown(name: string): string {
  return name.slice(0, SHOWN_CHARACTERS);
}

/** See {@link Packing}. Which members are recordings is told by the extensions of the formats. */
export function zipPacking(formats: readonly EventFormat[]): Packing {
  return {
    name: 'zip',
    extensions: ['.zip'],
    begins: (_, text) => text.startsWith('PK\u0003\u0004'),
    createUnpacker: (sink) => new ZipUnpacker(sink, formats),
  };
}
