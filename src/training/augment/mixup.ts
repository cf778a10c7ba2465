import { betaShare } from './draw.ts';
import type { MixingOperation } from './operation.ts';
import { roomForBoth } from './room-for-both.ts';

/**
 * λ of one clip and 1 - λ of the other, λ from Beta(α, α). Networks take whole counts: each is rounded up or down by chance,
 * up by its fraction, so that its mean is what mixup asks for and no event is lost on average, however small λ is.
 */
export const mixup: MixingOperation = {
  id: 'mixup',
  summary: 'adds up shares of two clips, λ and 1 - λ of Beta(α, α), and of their labels (Zhang et al. 2018)',
  amount: { means: 'α', max: 100, whole: false },
  mix(clip, other, amount, random) {
    if (amount === 0) return { clip, share: 1 };
    const share = betaShare(amount, random);
    const [counts, { counts: others }] = [roomForBoth(clip, other), other];
    for (let i = 0; i < counts.length; i++) {
      const [own, added] = [counts[i]!, others[i]!];
      if (own === added) continue;
      const mixed = added + share * (own - added);
      const whole = Math.floor(mixed);
      counts[i] = mixed > whole && random.uniform() < mixed - whole ? whole + 1 : whole;
    }
    return { clip: { ...clip, counts }, share };
  },
};
