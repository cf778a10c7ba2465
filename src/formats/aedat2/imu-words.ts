/** Inertial samples out of DAVIS words: seven words of types 0 to 6, one value each. */
import type { ImuSample } from '../side-channels.ts';

/** Sensor units per g and per degree and second. */
export interface ImuScales {
  readonly perG: number;
  readonly perDps: number;
}

/** Full range in g, and in degrees per second, to units. */
const PER_G: Readonly<Record<string, number>> = { 2: 16_384, 4: 8192, 8: 4096, 16: 2048 };
const PER_DPS: Readonly<Record<string, number>> = { 250: 131, 500: 65.5, 1000: 32.8, 2000: 16.4 };

/** What jAER sets where its preferences say nothing. */
const DEFAULT_SCALES: ImuScales = { perG: 8192, perDps: 65.5 };

/** The ranges that the preferences in the header state. */
export function imuScales(lines: readonly string[]): ImuScales {
  const range = (pattern: RegExp): string => {
    for (const line of lines) {
      const found = pattern.exec(line)?.[1];
      if (found !== undefined) return found;
    }
    return '';
  };
  return {
    perG: PER_G[range(/key="ImuAccelScale"\s+value="ImuAccelScaleG(\d+)"/)] ?? DEFAULT_SCALES.perG,
    perDps:
      PER_DPS[range(/key="ImuGyroScale"\s+value="GyroFullScaleDegPerSec(\d+)"/)] ?? DEFAULT_SCALES.perDps,
  };
}

/** Acceleration, temperature, angular velocity. */
const SAMPLE_WORDS = 7;

/** Collects the words of a sample; one that lacks a word is left out. */
export class ImuWords {
  readonly #scales: ImuScales;
  #raw = new Int16Array(SAMPLE_WORDS);
  #count = 0;
  #tMicros = 0;

  constructor(scales: ImuScales) {
    this.#scales = scales;
  }

  /** Takes a word; returns the sample that it completes. */
  push(address: number, tMicros: number): ImuSample | null {
    const type = (address >>> 28) & 7;
    if (type === 0) {
      this.#count = 0;
      this.#tMicros = tMicros;
    }
    if (type !== this.#count) {
      // Words are missing: nothing fits until the next sample begins.
      this.#count = SAMPLE_WORDS;
      return null;
    }
    this.#raw[this.#count++] = (address << 4) >> 16;
    return this.#count === SAMPLE_WORDS ? this.#sample() : null;
  }

  #sample(): ImuSample {
    const { perG, perDps } = this.#scales;
    const raw = this.#raw;
    this.#raw = new Int16Array(SAMPLE_WORDS);
    return {
      tMicros: this.#tMicros,
      accelerationG: [raw[0]! / perG, raw[1]! / perG, raw[2]! / perG],
      temperatureCelsius: raw[3]! / 340 + 35,
      angularVelocityDps: [raw[4]! / perDps, raw[5]! / perDps, raw[6]! / perDps],
      magneticFieldMicrotesla: null,
      raw,
    };
  }
}
