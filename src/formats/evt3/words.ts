/** EVT3 words: bits 15 to 12 are the type. */

export const ADDR_Y = 0x0;
/** The row of a measurement that is no contrast detection: X words after it are not pixel events. */
export const ADDR_Y_EM = 0x1;
export const ADDR_X = 0x2;
export const VECT_BASE_X = 0x3;
export const VECT_12 = 0x4;
export const VECT_8 = 0x5;
export const TIME_LOW = 0x6;
export const CONTINUED_4 = 0x7;
export const TIME_HIGH = 0x8;
export const EXT_TRIGGER = 0xa;
export const IMU = 0xd;
export const OTHERS = 0xe;
export const CONTINUED_12 = 0xf;

/** TIME_HIGH and TIME_LOW have 12 bits each. */
export const TIME_BITS = 12;
export const TIME_PART_RANGE: number = 2 ** TIME_BITS;
