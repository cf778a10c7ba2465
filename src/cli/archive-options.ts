/** How archives are opened, and what is said of those that are unpacked. */
import process from 'node:process';
import type { ArchiveOptions } from '../../datasets/index.ts';
import { printableText } from './printable.ts';

/** What `addDecodingOptions` and `addLayoutOptions` parse that archives need, of a command that has them. */
export interface ArchiveFlags {
  readonly maxMemberBytes?: number;
  readonly maxUnpackedBytes?: number;
  readonly unpackTo?: string;
}

/** As plain data, for whoever opens them elsewhere. */
export function archiveLimits({ maxMemberBytes, maxUnpackedBytes, unpackTo }: ArchiveFlags): ArchiveOptions {
  return {
    ...(maxMemberBytes !== undefined && { maxMemberBytes }),
    ...(maxUnpackedBytes !== undefined && { maxUnpackedBytes }),
    ...(unpackTo !== undefined && { unpackFolder: unpackTo }),
  };
}

/** The options that flags stand for; what is unpacked is said on standard error. */
export function archiveOptions(flags: ArchiveFlags): ArchiveOptions {
  return {
    ...archiveLimits(flags),
    onUnpack: ({ location, file }) => {
      const note = `note: ${location} can only be read from its start: it is unpacked to ${file}, which later runs read; delete that when nobody needs it`;
      process.stderr.write(`${printableText(note)}\n`);
    },
  };
}
