/** How the outputs of a run are named: the folder of its rule, and the files in it. */
import { sameSensor, sensorName, type SensorGeometry } from '../events/index.ts';
import type { BinningSpec } from '../frames/index.ts';
import { outputForm } from './forms/index.ts';
import type { PreprocessParameters } from './plan.ts';
import { areOfImages, type AnyParameters } from './image-parameters.ts';

/** The folder that SpikingJelly uses for the same rule; own names for the causal ones, and other forms beside them. */
export function framesFolder(parameters: AnyParameters): string {
  if (areOfImages(parameters))
    return `frames_number_${parameters.steps}_direct${outputForm(parameters.form).folderSuffix}`;
  const { content, form, output, rule } = parameters;
  const base =
    content === 'events' ? `events_np${resizedSuffix(output, rule.sensor)}` : ruleFolder(parameters);
  const augmented = parameters.augmentation === undefined ? '' : '_augmented';
  return `${base}${augmented}${outputForm(form).folderSuffix}`;
}

function ruleFolder(parameters: PreprocessParameters): string {
  const { name } = parameters.rule.representation;
  return `${binningFolder(parameters)}${name === 'counts' ? '' : `_${name}`}`;
}

function binningFolder({ rule: { binning, sensor }, output }: PreprocessParameters): string {
  const resized = resizedSuffix(output, sensor);
  switch (binning.by) {
    case 'number':
    case 'time':
      return `frames_number_${binning.steps}_split_by_${binning.by}${resized}`;
    case 'duration':
      return `duration_${binning.durationMicros}${resized}`;
    case 'tonic-time-bins':
    case 'tonic-event-bins':
      return `frames_number_${binning.steps}_${folderName(binning)}${behind('overlap', binning.overlap)}${resized}`;
    case 'duration-legacy':
      return `${folderName(binning)}_${binning.durationMicros}${resized}`;
    case 'tonic-time-window':
      return `${folderName(binning)}_${binning.durationMicros}${behind('overlap', binning.overlapMicros)}${resized}`;
    case 'tonic-event-count':
      return `${folderName(binning)}_${binning.stepEvents}${behind('overlap', binning.overlapEvents)}${resized}`;
    case 'fixed-duration':
      return `frames_number_${binning.steps}_fixed_duration_${binning.stepMicros}${behind('stride', binning.strideMicros)}${resized}`;
    case 'fixed-count':
      return `frames_number_${binning.steps}_fixed_count_${binning.stepEvents}${behind('stride', binning.strideEvents)}${resized}`;
    case 'mixed':
      return `frames_number_${binning.steps}_mixed_${binning.stepMicros}_${binning.stepEvents}${resized}`;
  }
}

/** A number that a rule need not state. */
function behind(name: string, value: number | undefined): string {
  return value === undefined ? '' : `_${name}_${value}`;
}

function resizedSuffix(output: SensorGeometry | null, sensor: SensorGeometry | null): string {
  if (output === null || (sensor !== null && sameSensor(output, sensor))) return '';
  return `_${sensorName(output)}`;
}

/** Whether the number of frames is the recording's own. */
function variesInSteps(binning: BinningSpec): boolean {
  return !('steps' in binning);
}

function folderName(binning: BinningSpec): string {
  const incomplete = 'includeIncomplete' in binning && binning.includeIncomplete ? '_incomplete' : '';
  return `${binning.by.replaceAll('-', '_')}${incomplete}`;
}

/** How many numbers follow the target in the names of its outputs. */
function suffixes(parameters: AnyParameters): number {
  if (areOfImages(parameters) || parameters.content === 'events') return 0;
  const {
    rule: { binning },
    windows,
  } = parameters;
  return (variesInSteps(binning) ? 1 : 0) + (windows === 1 ? 0 : 1);
}

/** The path of an output: SpikingJelly puts the number of frames behind names where it varies, we that of the window. */
export function outputPath(
  target: string,
  parameters: AnyParameters,
  { steps, window }: { readonly steps: number; readonly window: number },
): string {
  const { extension } = outputForm(parameters.form);
  if (areOfImages(parameters) || parameters.content === 'events') return `${target}${extension}`;
  const { rule, windows } = parameters;
  const frames = variesInSteps(rule.binning) ? `_${steps}` : '';
  return `${target}${frames}${windows === 1 ? '' : `_${window}`}${extension}`;
}

/** Whether a path is one that {@link outputPath} could give for this target. */
export function isOutputOf(target: string, parameters: AnyParameters, file: string): boolean {
  const { extension } = outputForm(parameters.form);
  if (!file.startsWith(target) || !file.endsWith(extension)) return false;
  const between = file.slice(target.length, -extension.length);
  return new RegExp(`^(?:_\\d+){${suffixes(parameters)}}$`).test(between);
}
