/** The streams of a file: the XML text of the IOHeader's infoNode, read and written. */
import { parseXml, XmlDocument, XmlElement } from '@rgrove/parse-xml';
import type { SensorGeometry } from '../../events/index.ts';
import { nameOfSensor } from '../aedat3/source.ts';

/** A stream that the header declares. */
export interface Aedat4Stream {
  readonly id: number;
  /** `EVTS`, `FRME`, `IMUS`, `TRIG` or another one; empty where it is not stated. */
  readonly type: string;
  readonly geometry: SensorGeometry | null;
  /** Module that wrote it: `jAER` has its own clock, and stores rows from the bottom. */
  readonly module: string;
  /** Name of the camera, `DAVIS346_00000338`; empty where it is not stated. */
  readonly source: string;
}

/** Nodes in each other; real headers have five. */
const MAX_DEPTH = 64;

function children(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && child.name === name,
  );
}

function childNode(element: XmlElement, name: string): XmlElement | undefined {
  return children(element, 'node').find(({ attributes }) => attributes['name'] === name);
}

function attributesOf(element: XmlElement | undefined): Map<string, string> {
  const found = element === undefined ? [] : children(element, 'attr');
  return new Map(found.map((attr) => [attr.attributes['key'] ?? '', attr.text]));
}

/**
 * The streams below the node `outInfo`: one node each, whose name is the stream's number and whose child `info` tells
 * the size. Paths differ between programs; names do not.
 *
 * @throws Error where the text is no XML, or has a document type (which could define entities without end).
 */
export function parseStreams(xml: string): Aedat4Stream[] {
  const { root } = parseXml(xml, { preserveDocumentType: true });
  if (root?.parent instanceof XmlDocument && root.parent.children.some(({ type }) => type === 'doctype'))
    throw new Error('has a document type, which is not allowed');
  const outInfo = root === null ? undefined : findNode(root, 'outInfo', 0);
  if (outInfo === undefined) return [];
  return children(outInfo, 'node')
    .filter(({ attributes }) => /^-?\d{1,10}$/.test(attributes['name'] ?? ''))
    .map(streamOf);
}

function findNode(element: XmlElement, name: string, depth: number): XmlElement | undefined {
  if (depth > MAX_DEPTH) throw new Error(`has more than ${MAX_DEPTH} nodes in each other`);
  const found = childNode(element, name);
  if (found !== undefined) return found;
  for (const child of children(element, 'node')) {
    const deeper = findNode(child, name, depth + 1);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function streamOf(node: XmlElement): Aedat4Stream {
  const attributes = attributesOf(node);
  const info = attributesOf(childNode(node, 'info'));
  const [width, height] = [Number(info.get('sizeX')), Number(info.get('sizeY'))];
  const stated = [width, height].every((value) => Number.isInteger(value) && value > 0 && value <= 32_768);
  return {
    id: Number(node.attributes['name']),
    type: attributes.get('typeIdentifier') ?? '',
    geometry: stated ? { width, height } : null,
    module: attributes.get('originalModuleName') ?? '',
    source: info.get('source') ?? '',
  };
}

const TYPE_DESCRIPTION = 'Array of events (polarity ON/OFF).';

/** jAER takes rows as counted from above only where capitals and `_` begin the name, and opens the chip that they name. */
function sourceName(geometry: SensorGeometry | null): string {
  return `${nameOfSensor(geometry).replace(/\W/g, '').toUpperCase()}_saccade`;
}

/** The infoNode of a file with one stream of events, number 0. */
export function eventStreamXml(compression: string, geometry: SensorGeometry | null): string {
  const attr = (key: string, type: string, value: string | number): string =>
    `<attr key="${key}" type="${type}">${value}</attr>`;
  const size =
    geometry === null ? '' : attr('sizeX', 'int', geometry.width) + attr('sizeY', 'int', geometry.height);
  return [
    '<dv version="2.0"><node name="outInfo" path="/mainloop/Recorder/outInfo/">',
    '<node name="0" path="/mainloop/Recorder/outInfo/0/">',
    attr('compression', 'string', compression),
    attr('originalModuleName', 'string', 'saccade'),
    attr('originalOutputName', 'string', 'events'),
    attr('typeDescription', 'string', TYPE_DESCRIPTION),
    attr('typeIdentifier', 'string', 'EVTS'),
    '<node name="info" path="/mainloop/Recorder/outInfo/0/info/">',
    size,
    attr('source', 'string', sourceName(geometry)),
    attr('tsOffset', 'long', 0),
    '</node></node></node></dv>\n',
  ].join('');
}
