import { OptionError } from '../../events/index.ts';
import { allocateCounts, widestType, type FrameArray, type FrameClip } from '../../frames/index.ts';

/**
 * A copy of a clip's counts, of a type that those of another fit into too.
 *
 * @throws OptionError for clips of two sizes.
 */
export function roomForBoth({ counts, geometry }: FrameClip, other: FrameClip): FrameArray {
  const { counts: others } = other;
  if (counts.length !== others.length || geometry.width !== other.geometry.width)
    throw new OptionError('samples', 'must be of one size where they are mixed');
  const room = allocateCounts(widestType([counts, others]), counts.length);
  room.set(counts);
  return room;
}
