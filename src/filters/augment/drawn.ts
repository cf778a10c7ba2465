/** Steps of augmentations: which operations they name, and which of a step is done. */
import { OptionError, type SeededRandom } from '../../events/index.ts';
import type { Augmentation, AugmentationStep, DescribedOperation } from './operation.ts';

/** Operations on one kind of thing. */
export interface OperationList<Operation extends DescribedOperation> {
  readonly operations: readonly Operation[];
  readonly sets: Readonly<Record<string, readonly AugmentationStep[]>>;
  /** Why an operation may be missing here that there is elsewhere; `null`: there is none of that name. */
  readonly elsewhere: (id: string) => string | null;
}

/** An operation and how much of it. */
export interface DrawnOperation<Operation extends DescribedOperation> {
  readonly operation: Operation;
  readonly amount: number;
}

function checked<Operation extends DescribedOperation>(
  { operations, elsewhere }: OperationList<Operation>,
  { operation: id, amount }: Augmentation,
): DrawnOperation<Operation> {
  const operation = operations.find((known) => known.id === id);
  if (operation === undefined) {
    const names = operations.map((known) => known.id).join(', ');
    throw new OptionError('augment', elsewhere(id) ?? `has no operation "${id}"; there are ${names}`);
  }
  const { means, max, whole } = operation.amount;
  if (!(amount >= 0 && amount <= max) || (whole && !Number.isInteger(amount))) {
    const kind = whole ? 'a whole number' : 'a number';
    throw new OptionError('augment', `of ${id} must be ${kind} from 0 to ${max} (${means}), got ${amount}`);
  }
  return { operation, amount };
}

/** @throws OptionError for an unknown operation, an amount out of its range, or a step without any. */
export function checkSteps<Operation extends DescribedOperation>(
  list: OperationList<Operation>,
  steps: readonly AugmentationStep[],
): void {
  for (const step of steps) {
    if (step.length === 0) throw new OptionError('augment', 'has a step without an operation');
    for (const augmentation of step) checked(list, augmentation);
  }
}

/** The operation of a step that is done: one is drawn where there are several. @throws OptionError as {@link checkSteps} */
export function drawOperation<Operation extends DescribedOperation>(
  list: OperationList<Operation>,
  step: AugmentationStep,
  random: SeededRandom,
): DrawnOperation<Operation> {
  const chosen = step[step.length === 1 ? 0 : random.integer(step.length)];
  if (chosen === undefined) throw new OptionError('augment', 'has a step without an operation');
  return checked(list, chosen);
}

/** Whether there is an operation, or a set, of a name. */
export function knows({ operations, sets }: OperationList<DescribedOperation>, id: string): boolean {
  return Object.hasOwn(sets, id) || operations.some((known) => known.id === id);
}

/** Steps as one word: see `parseAugmentation`. @throws OptionError naming what is wrong */
export function parseSteps<Operation extends DescribedOperation>(
  list: OperationList<Operation>,
  text: string,
): AugmentationStep[] {
  const { sets } = list;
  const steps = text.split(',').flatMap((part): readonly AugmentationStep[] => {
    const name = part.trim();
    if (Object.hasOwn(sets, name)) return sets[name]!;
    return [name.split('|').map((one) => parseOne(one.trim(), Object.keys(sets)))];
  });
  checkSteps(list, steps);
  return steps;
}

function parseOne(text: string, sets: readonly string[]): Augmentation {
  const [operation = '', amount = '', ...rest] = text.split(':');
  if (operation === '' || amount.trim() === '' || rest.length > 0)
    throw new OptionError('augment', `must be a set (${sets.join(', ')}) or operation:amount, got "${text}"`);
  return { operation, amount: Number(amount) };
}
