/** What is known of a data set without having it: for lists, for downloads, for whoever cites it. */

/** A hash that a source states. */
export interface StatedHash {
  readonly algorithm: 'md5' | 'sha256';
  /** Hexadecimal, lower case. */
  readonly hex: string;
}

/** A file that a data set is handed out as. What no source states is left out. */
export interface DatasetFile {
  /** Its name in the data set's folder. */
  readonly name: string;
  /** Where it can be had without a browser, best first; empty where its host wants a person. */
  readonly mirrors: readonly string[];
  readonly bytes?: number;
  readonly hash?: StatedHash;
}

/** See the file comment. `null` where no source states it. */
export interface DatasetAbout {
  /** Names of the classes, or how many there are where only its folders name them. */
  readonly classes: readonly string[] | number | null;
  /** Recordings, or clips where a recording holds several; images that have a label. */
  readonly recordings: number | null;
  readonly licence: string | null;
  readonly citation: string;
  readonly homepage: string | null;
  readonly files: readonly DatasetFile[];
  /** Format of its files, where recordings in them are read as another. */
  readonly format?: string;
  /** How a person gets the files that have no mirror, or that moved. */
  readonly byHand?: string;
}

/** The address of a Figshare file: its API, since the address on the page answers programs with an empty 202. */
export function figshareFile(id: number): string {
  return `https://api.figshare.com/v2/file/download/${id}`;
}

/** A hash in the form that lists of data sets give. */
export function md5(hex: string): StatedHash {
  return { algorithm: 'md5', hex };
}
