/**
 * Prophesee's RAW words, both ways. What the decoding loops do is stated by the plain ones in src/formats/evt2/scalar.ts,
 * evt21/scalar.ts and evt3/scalar.ts, which they must equal bit for bit.
 */
export { decodeEvt2 } from './evt2';
export { decodeEvt21 } from './evt21';
export { decodeEvt3 } from './evt3';
export { encodeEvt2, encodeEvt21, encodeEvt3 } from './encode';
