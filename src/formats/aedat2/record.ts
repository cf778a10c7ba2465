/** What AEDAT 2.0 records and the header in front of them look like. */
import type { TextHeaderSyntax } from '../text-header.ts';

/** Bytes of a record. */
export const AEDAT2_RECORD_BYTES = 8;

/** Newer jAER ends the header with a marker, everything else with the first line that is none. */
export const JAER_SYNTAX: TextHeaderSyntax = { prefix: '#', endMarkers: ['#End Of ASCII Header'] };
