/** Files that recordings come in, or are mistaken for, but that are none of the formats: told by their first bytes. */

import { hasTarMagic, isPlainTarHeader } from './compression/tar-header.ts';

/** What a file is, and what to do with it. */
export interface UnreadContainer {
  readonly name: string;
  readonly advice: string;
}

/** Where the names of members begin in a zip archive's local file headers, and what stands in front. */
const ZIP_HEADER_BYTES = 30;
const ZIP_FLAGS_AT = 6;
const ZIP_SIZE_AT = 18;
const ZIP_NAME_BYTES_AT = 26;
const ZIP_EXTRA_BYTES_AT = 28;
const ZIP_MAGIC = 0x0403_4b50;
/** The size stands behind the content: where the next member begins is not known. */
const SIZE_FOLLOWS = 8;
const MAX_NAMED_MEMBERS = 5;
const MAX_NAME = 80;

const CONVERT = 'Convert its events to a format that saccade reads, CSV or NumPy for example.';
const DECOMPRESS = 'Decompress it first.';
const UNPACK = 'Unpack it and give the recordings inside.';

/**
 * First bytes, as latin-1 text, with what they begin. Headerless recordings may begin with any two or three bytes: a
 * shorter signature than that would take them for something else.
 */
const CONTAINERS: readonly (readonly [magic: RegExp, name: string, advice: string])[] = [
  [
    /^% ([^]*\n% )?bookmark_period_us /,
    "OpenEB's index of a recording, not a recording",
    'Give the recording that it lies beside: the same name without .tmp_index.',
  ],
  [/^% [^]*EVT ?4/i, 'a Prophesee RAW EVT4 recording', CONVERT],
  [
    /^% /,
    'a Prophesee recording that does not say its encoding',
    'If you know it, state the format: evt2, evt21, evt3 or dat.',
  ],
  [
    /^MATLAB 7\.3/,
    'a MATLAB 7.3 file, which is HDF5',
    `${CONVERT} In MATLAB: writematrix([t x y p], 'events.csv').`,
  ],
  [/^#ROSBAG V/, 'a ROS bag of an old format', 'Convert it: rosbag fix does.'],
  [
    /^adde[rc][\0-\u0009]/,
    'an ADΔER recording',
    'Its tool adder-viz or adder-codec-rs exports events; convert it.',
  ],
  [
    /^PAR1/,
    'a Parquet file',
    `${CONVERT} With pandas: read_parquet(file).to_csv('events.csv', index=False).`,
  ],
  [
    /^ARROW1\0\0/,
    'an Arrow file',
    `${CONVERT} With pandas: read_feather(file).to_csv('events.csv', index=False).`,
  ],
  [
    /^FEA1/,
    'a Feather file',
    `${CONVERT} With pandas: read_feather(file).to_csv('events.csv', index=False).`,
  ],
  [
    /^\u001f\u008b\u0008[\0-\u001f][^]{4}[\0\u0002\u0004][\0-\u000d\u00ff]/,
    'a file compressed by gzip',
    `${DECOMPRESS} gzip -d does.`,
  ],
  [/^\u0028\u00b5\u002f\u00fd/, 'a file compressed by zstd', `${DECOMPRESS} zstd -d does.`],
  [/^BZh[1-9](1AY&SY|\u0017rE8P\u0090)/, 'a file compressed by bzip2', `${DECOMPRESS} bzip2 -d does.`],
  [/^\u00fd7zXZ\0/, 'a file compressed by xz', `${DECOMPRESS} xz -d does.`],
  [/^\u0004"M\u0018/, 'a file compressed by lz4', `${DECOMPRESS} lz4 -d does.`],
  [/^7z\u00bc\u00af\u0027\u001c/, 'a 7z archive', UNPACK],
  [/^Rar!\u001a\u0007/, 'a RAR archive', UNPACK],
  [/^PK\u0005\u0006/, 'an empty zip archive', 'Download it again.'],
  [
    /^(\u0080[\u0004\u0005]\u0095[^]{6}\0\0|\u0080[\u0002\u0003](c[a-z_]|[\]}]q|X[^]{2}\0\0)|\((dp|lp)\d)/,
    'a Python pickle',
    'Pickles can run code and are not read. Load it in Python and save the arrays with numpy.savez.',
  ],
  [
    /^(\u00ff\u00fe([^\0]\0){8}|\u00fe\u00ff(\0[^\0]){8})/,
    'a text in UTF-16',
    'Save it as UTF-8: iconv -f UTF-16 -t UTF-8 does.',
  ],
  [
    /^(RIFF[^]{4}AVI |[^]{4}ftyp|\u001aE\u00df\u00a3)/,
    'a video',
    'Events cannot be read from a video of them.',
  ],
  [
    /^(\u00ef\u00bb\u00bf)?\s*<(!doctype html|html|head|\?xml|!--)/i,
    'a web page or XML, not a recording',
    'A download that failed often leaves one: open it to see what it says, and download again.',
  ],
  [
    /^(\u00ef\u00bb\u00bf)?\s*(\{\s*("|\})|\[\s*[{"])/,
    'JSON, not a recording',
    'A download that failed often leaves a message: open it to see what it says.',
  ],
];

/** What bytes begin, if it is known and none of the formats; `null` otherwise. */
export function unreadContainer(head: Uint8Array, text: string): UnreadContainer | null {
  if (text.startsWith('PK\u0003\u0004')) return zipArchive(head);
  if (hasTarMagic(head) || isPlainTarHeader(head)) return { name: 'a tar archive', advice: UNPACK };
  const found = CONTAINERS.find(([magic]) => magic.test(text));
  return found === undefined ? null : { name: found[1], advice: found[2] };
}

function zipArchive(head: Uint8Array): UnreadContainer {
  const names = zipMembers(head);
  const listed = names.length === 0 ? '' : ` that begins with ${names.map((name) => `"${name}"`).join(', ')}`;
  const example = names.find((name) => !name.endsWith('/')) ?? 'member';
  return {
    name: `a zip archive${listed}`,
    advice: `On the command line, name a member as archive.zip!${example}; elsewhere, unpack it.`,
  };
}

/** Names of the first members, as far as their headers lie in the first bytes. */
function zipMembers(head: Uint8Array): string[] {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const names: string[] = [];
  for (let at = 0; at + ZIP_HEADER_BYTES <= head.length && names.length < MAX_NAMED_MEMBERS;) {
    if (view.getUint32(at, true) !== ZIP_MAGIC) break;
    const nameAt = at + ZIP_HEADER_BYTES;
    const nameEnd = nameAt + view.getUint16(at + ZIP_NAME_BYTES_AT, true);
    if (nameEnd > head.length) break;
    names.push(printable(new TextDecoder().decode(head.subarray(nameAt, nameEnd))));
    if ((view.getUint16(at + ZIP_FLAGS_AT, true) & SIZE_FOLLOWS) !== 0) break;
    at = nameEnd + view.getUint16(at + ZIP_EXTRA_BYTES_AT, true) + view.getUint32(at + ZIP_SIZE_AT, true);
  }
  return names;
}

/** Without what would move a terminal's cursor. */
function printable(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd').slice(0, MAX_NAME);
}
