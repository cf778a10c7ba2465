/** Classes of which there is nothing: an accuracy says nothing about them. */
import { classesWithout, listed, type SampleNoun } from '../../datasets/index.ts';

/** Names, and the line that says so; none where every class has something. */
export interface ClassesNote {
  readonly names: readonly string[];
  readonly lines: readonly string[];
}

/** So many names are listed; all are counted. */
const LISTED = 8;

/** Says which classes none of the samples has. @param fate what follows from that: `was not tested`; `noun`: what samples are. */
export function classesNote(
  samples: readonly { readonly label: number }[],
  classes: readonly string[],
  fate: string,
  noun: SampleNoun,
): ClassesNote {
  const names = classesWithout(samples, classes);
  if (names.length === 0) return { names, lines: [] };
  const shown = listed(names, LISTED);
  const who = names.length === 1 ? `class ${shown}` : `${names.length} classes (${shown})`;
  return {
    names,
    lines: [`  note: ${who} ${names.length === 1 ? fate : fate.replace('was ', 'were ')}: no ${noun}s`],
  };
}
