/** Checksums of members that are read where they lie, in whatever order. */
import { crc32 } from '../compression/crc32.ts';
import type { ByteTask } from '../random-access.ts';
import type { StoredMember } from './stored-members.ts';

/** Bytes read at once of what nobody else reads. */
const READ_BYTES = 2 ** 20;

interface Progress {
  readonly member: StoredMember;
  /** Up to here its bytes were looked at. */
  at: number;
  crc32: number;
}

/** Looks at bytes that come in the order of a member; the others are read at the end. */
export class MemberChecksums {
  readonly #members: Progress[] = [];

  /** A member whose bytes up to here were read. */
  add(member: StoredMember, head: Uint8Array): void {
    this.#members.push({ member, at: member.offset + head.length, crc32: crc32(head) });
  }

  /** Bytes of the archive that were read. */
  see(offset: number, bytes: Uint8Array): void {
    const progress = this.#members.find(({ at }) => at === offset);
    if (progress === undefined) return;
    progress.crc32 = crc32(bytes, progress.crc32);
    progress.at += bytes.length;
  }

  /** Names of members whose content has another checksum than is stated. */
  *altered(): ByteTask<string[]> {
    const names: string[] = [];
    for (const progress of this.#members) {
      const { member } = progress;
      const end = member.offset + member.bytes;
      while (progress.at < end) {
        const bytes = yield { offset: progress.at, length: Math.min(READ_BYTES, end - progress.at) };
        if (bytes.length === 0) break;
        progress.crc32 = crc32(bytes, progress.crc32);
        progress.at += bytes.length;
      }
      if (progress.crc32 !== member.crc32) names.push(member.name);
    }
    return names;
  }
}
