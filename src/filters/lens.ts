/** Where a pixel of a distorted picture belongs in that of a pinhole camera with the same matrix. */

/** A camera's matrix and distortion, as OpenCV and Kalibr state them. */
export interface Lens {
  /** `radtan`: k1, k2, p1, p2, k3. `equidistant` (fisheye): k1, k2, k3, k4. */
  readonly model: 'radtan' | 'equidistant';
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
  readonly k1: number;
  readonly k2: number;
  readonly k3: number;
  readonly k4: number;
  readonly p1: number;
  readonly p2: number;
}

type Point = readonly [x: number, y: number];

const MOST_STEPS = 100;
/** In units of the focal length; a thousandth of a pixel at any usual one. */
const NEAR = 1e-7;

/** The point that a lens shows at a place, both in units of the focal length; `null` where there is none. */
function undistorted(lens: Lens, place: Point): Point | null {
  return lens.model === 'radtan' ? withoutRadtan(lens, place) : withoutEquidistant(lens, place);
}

function radtan({ k1, k2, k3, p1, p2 }: Lens, [x, y]: Point): Point {
  const r2 = x * x + y * y;
  const radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3));
  return [
    x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
    y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
  ];
}

/** OpenCV's fixed-point iteration, until it stands still. */
function withoutRadtan(lens: Lens, [xd, yd]: Point): Point | null {
  let [x, y] = [xd, yd];
  for (let i = 0; i < MOST_STEPS; i++) {
    const r2 = x * x + y * y;
    const radial = 1 + r2 * (lens.k1 + r2 * (lens.k2 + r2 * lens.k3));
    if (!(radial > 0)) return null;
    const dx = 2 * lens.p1 * x * y + lens.p2 * (r2 + 2 * x * x);
    const dy = lens.p1 * (r2 + 2 * y * y) + 2 * lens.p2 * x * y;
    [x, y] = [(xd - dx) / radial, (yd - dy) / radial];
    const [xBack, yBack] = radtan(lens, [x, y]);
    if (Math.abs(xBack - xd) < NEAR && Math.abs(yBack - yd) < NEAR) return [x, y];
  }
  return null;
}

/** theta (1 + k1 theta^2 + …) = distance from the middle, solved for theta by Newton's way. */
function withoutEquidistant({ k1, k2, k3, k4 }: Lens, [xd, yd]: Point): Point | null {
  const distance = Math.hypot(xd, yd);
  if (distance === 0) return [0, 0];
  let theta = distance;
  for (let i = 0; i < MOST_STEPS; i++) {
    const q = theta * theta;
    const value = theta * (1 + q * (k1 + q * (k2 + q * (k3 + q * k4)))) - distance;
    if (Math.abs(value) < NEAR) {
      if (!(theta > 0 && theta < Math.PI / 2)) return null;
      const scale = Math.tan(theta) / distance;
      return [xd * scale, yd * scale];
    }
    const slope = 1 + q * (3 * k1 + q * (5 * k2 + q * (7 * k3 + q * 9 * k4)));
    if (!(slope > 0)) return null;
    theta -= value / slope;
  }
  return null;
}

/** The nearest pixel of the undistorted picture, which may lie outside the sensor; `null` where there is none. */
export function undistortedPixel(lens: Lens, x: number, y: number): Point | null {
  const { fx, fy, cx, cy } = lens;
  const point = undistorted(lens, [(x - cx) / fx, (y - cy) / fy]);
  return point === null ? null : [Math.round(point[0] * fx + cx), Math.round(point[1] * fy + cy)];
}
