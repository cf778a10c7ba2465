/** Apart from the messages: a dashboard needs this, and not the formats that a hello may name. */

/** Most pixels of a sensor. */
export const MAX_SENSOR_PIXELS: number = 2 ** 24;
