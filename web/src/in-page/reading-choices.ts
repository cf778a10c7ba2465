/** What can be chosen among: it comes with the decoders, when it is first wanted. */
export { CONVENTIONS } from '../../../src/events/index.ts';
export { CHIP_LAYOUTS } from '../../../src/formats/aedat2/addressing.ts';
export { eventFormats } from '../../../src/formats/index.ts';
