/** What came of every recording that the user opened: a push class without DOM. */

/** Where a recording is on its way. */
export type FileState = 'playing' | 'decided' | 'undecided' | 'refused' | 'stopped';

/** One recording. */
export interface FileResult {
  readonly path: string;
  readonly truth: string | null;
  state: FileState;
  /** Finished windows by class. */
  readonly windows: Map<string, number>;
  /** Why it was refused, what was left out, why nothing was decided. */
  note: string;
}

/** Refused recordings, and others, that are listed; all are counted. */
const LISTED = 60;

/** See the file comment. */
export class FileResults {
  readonly refused: FileResult[] = [];
  readonly others: FileResult[] = [];
  readonly counts: Record<FileState, number> = {
    playing: 0,
    decided: 0,
    undecided: 0,
    refused: 0,
    stopped: 0,
  };
  /** Paths that were refused: another try with other reading options is for these. */
  readonly refusedPaths: Set<string> = new Set<string>();
  /** Hidden files that were left out. */
  hidden = 0;
  isDone = false;
  /** Grows with every change. */
  version = 0;

  begin(path: string, truth: string | null): FileResult {
    const result: FileResult = { path, truth, state: 'playing', windows: new Map(), note: '' };
    this.counts.playing++;
    this.#list(this.others, result);
    return result;
  }

  decide(result: FileResult, label: string): void {
    result.windows.set(label, (result.windows.get(label) ?? 0) + 1);
    this.version++;
  }

  end(result: FileResult, state: Exclude<FileState, 'playing' | 'refused'>, note: string): void {
    this.#move(result, state, note);
    this.version++;
  }

  /** @param result `undefined` for what never began to play. */
  refuse(path: string, reason: string, result?: FileResult): void {
    const refused = result ?? this.begin(path, null);
    this.#move(refused, 'refused', reason);
    this.refusedPaths.add(path);
    this.others.splice(this.others.indexOf(refused), 1);
    this.#list(this.refused, refused);
  }

  /** Nothing more is played. */
  finish(): void {
    this.isDone = true;
    this.version++;
  }

  #move(result: FileResult, state: FileState, note: string): void {
    this.counts[result.state]--;
    this.counts[state]++;
    result.state = state;
    result.note = note;
  }

  #list(list: FileResult[], result: FileResult): void {
    list.push(result);
    if (list.length > LISTED) list.shift();
    this.version++;
  }
}
