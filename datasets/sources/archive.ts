/** What archives have in common: their limits, and where they lie. */
import type { RecordingSource } from './source.ts';

/** How much of an archive is believed, and where what must be unpacked goes. */
export interface ArchiveOptions {
  /**
   * Most bytes that a member of a zip archive may inflate to. Default {@link DEFAULT_MAX_MEMBER_BYTES}, and not above
   * {@link MAX_INFLATION_RATIO} times what is stored: recordings do not shrink that far, traps do.
   */
  readonly maxMemberBytes?: number;
  /**
   * Most bytes that an archive which must be unpacked to be read at any place (`.tar.gz`) may become. Default 64 GiB, and not
   * above {@link MAX_INFLATION_RATIO} times what is stored.
   */
  readonly maxUnpackedBytes?: number;
  /** Where such archives are unpacked, once for all runs. Default: `.saccade-unpacked` beside each. */
  readonly unpackFolder?: string;
  /** Is told of each that is unpacked, before it takes its time. */
  readonly onUnpack?: (unpacked: UnpackedArchive) => void;
}

/** What is unpacked. */
export interface UnpackedArchive {
  /** The archive, or a member of one. */
  readonly location: string;
  /** What it is unpacked to; later runs read it, and it may be deleted between them. */
  readonly file: string;
}

/** Most bytes of a member, inflated, that are read without being asked for: 4 GiB. */
export const DEFAULT_MAX_MEMBER_BYTES: number = 4 * 2 ** 30;

/** Most inflated bytes per stored byte that are read without being asked for; so few bytes as small members have may be more. */
export const MAX_INFLATION_RATIO = 200;

/** Members up to this size are read whatever their ratio. */
export const SMALL_MEMBER_BYTES: number = 64 * 2 ** 20;

/** An archive on disk. */
export interface ArchiveFile {
  /** Its file, which may be a copy that was unpacked. */
  readonly file: string;
  /** As it is called: begins the locations of its members. */
  readonly location: string;
}

/** Opens an archive: reading it begins with `list`. */
export type OpenArchive = (archive: ArchiveFile, options: ArchiveOptions) => RecordingSource;
