/** What a filter keeps of signal and noise over the values that are swept. */

/** Points sorted by the share of noise that is kept, from nothing to everything. */
function curve(points) {
  const sorted = [...points].sort((a, b) => a.noise - b.noise || a.signal - b.signal);
  return [{ noise: 0, signal: 0 }, ...sorted, { noise: 1, signal: 1 }];
}

/** The area under the curve, with straight lines between points: 0.5 tells nothing from nothing. */
export function areaUnder(points) {
  return curve(points).reduce((area, { noise, signal }, i, all) => {
    if (i === 0) return 0;
    const before = all[i - 1];
    return area + ((noise - before.noise) * (signal + before.signal)) / 2;
  }, 0);
}

/** The point with the most signal among those that leave at most this share of the noise; `null` where none does. */
export function bestWithin(points, mostNoise) {
  const within = points.filter(({ noise }) => noise <= mostNoise);
  return within.reduce((best, point) => (best === null || point.signal > best.signal ? point : best), null);
}
