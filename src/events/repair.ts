import { isUtf8 } from 'node:buffer';
import { messageOf } from '../errors.ts';
import { MAX_DEPTH } from './json-text.ts';
import { defined, isObject, type JsonObject, newObject } from './objects.ts';
import { ENTRY, type Walker } from './walker.ts';

/**
 * Fields for plain values that senders write where ECS has an object: Filebeat 5 and 6, Fluent Bit, scripts. An index in which
 * the field is an object would refuse the event.
 */
export const leaves: Readonly<Record<string, string>> = {
  agent: 'agent.name',
  client: 'client.address',
  error: 'error.message',
  event: 'event.action',
  file: 'file.path',
  host: 'host.name',
  log: 'message',
  process: 'process.name',
  server: 'server.address',
  service: 'service.name',
  source: 'source.address',
  trace: 'trace.id',
  url: 'url.original',
  user: 'user.name',
  user_agent: 'user_agent.original',
};

/** Objects without a field for a plain value: the value becomes a label. */
const others = [
  ...[
    'beat',
    'cloud',
    'container',
    'data_stream',
    'destination',
    'device',
    'dns',
    'docker',
    'ecs',
    'email',
    'fields',
  ],
  ...[
    'fileset',
    'geo',
    'group',
    'http',
    'input',
    'json',
    'kubernetes',
    'labels',
    'network',
    'observer',
    'orchestrator',
  ],
  ...[
    'organization',
    'os',
    'package',
    'prospector',
    'registry',
    'related',
    'rule',
    'span',
    'threat',
    'tls',
    'transaction',
  ],
  ...['vlan', 'volume', 'vulnerability'],
];

/** Names of top-level fields that are objects. */
export const objectRoots: readonly string[] = [...Object.keys(leaves), ...others];
export const roots = new Set(objectRoots);

/** One bit for the length of each name, by its first byte: rules out nearly all keys. */
export const rootLengths = new Int32Array(256);
for (const name of objectRoots) rootLengths[name.charCodeAt(0)]! |= 1 << (name.length & 31);

/** One bit for the first byte of each name, as in `Walker.plainBytes`. */
export const rootBytes = objectRoots.reduce((bits, name) => bits | (1 << (name.charCodeAt(0) & 31)), 0);

/** The result for a malformed document: the document encoded again on one line, or the problem in words. */
type Repair = { document: Buffer; problem?: undefined } | { problem: string; document?: undefined };

/**
 * Rewrites an irregular document. Line breaks, which in valid JSON occur only between tokens, become spaces. Of each
 * top-level key the last value stays, as with `JSON.parse`. Values are copied as text, so that no number loses digits.
 */
export function rewrite(walker: Walker): Buffer {
  const { bytes, entries, count } = walker;
  const members = new Map<string, string>();
  for (let place = 0; place < count * ENTRY; place += ENTRY) {
    const key = JSON.parse(`"${bytes.toString('utf8', entries[place], entries[place + 1])}"`) as string;
    members.set(key, bytes.toString('utf8', entries[place + 2], entries[place + 3]));
  }
  // An escaped key is unescaped here. `JSON.stringify` escapes only what has to be escaped, which is never a letter.
  const texts = [...members].map(([key, value]) => `${JSON.stringify(key)}:${value.replace(/[\r\n]/g, ' ')}`);
  return Buffer.from(`{${texts.join(',')}}`);
}

/** Parses bytes that the walker found malformed, to repair them or to state the problem. */
export function repair(bytes: Buffer): Repair {
  if (!isUtf8(bytes)) return { problem: `is not valid UTF-8 at byte ${firstInvalidUtf8(bytes)}` };
  const text = bytes.toString();
  if (text.trim() === '') return { problem: 'is empty' };
  if (isDeeper(text, MAX_DEPTH)) return { problem: `is nested deeper than ${MAX_DEPTH} levels` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return { problem: `is not valid JSON: ${messageOf(thrown)}` };
  }
  if (value === null) return { problem: 'is JSON null, not an object' };
  if (Array.isArray(value)) return { problem: 'is a JSON array, not an object' };
  if (typeof value !== 'object') return { problem: `is a JSON ${typeof value}, not an object` };
  return { document: Buffer.from(JSON.stringify(value)) };
}

/** Whether JSON text is nested deeper than `levels`. Counts brackets outside strings, without recursion. */
export function isDeeper(text: string, levels: number): boolean {
  let level = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      level += 1;
      if (level > levels) return true;
    } else if (char === '}' || char === ']') level -= 1;
  }
  return false;
}

/** Offset of the first byte that is not valid UTF-8, by bisection: prefixes are checked natively. */
function firstInvalidUtf8(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    if (isUtf8(bytes.subarray(0, wholeCharacters(bytes, middle)))) valid = middle;
    else invalid = middle;
  }
  return wholeCharacters(bytes, valid);
}

/** The longest length up to `length` that does not split a character. */
function wholeCharacters(bytes: Buffer, length: number): number {
  for (let back = 1; back <= 3 && back <= length; back += 1) {
    const byte = bytes[length - back]!;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length - back : length;
    if (byte < 0x80) return length;
  }
  return length;
}

/**
 * Moves plain values at the top level to the fields that ECS has for them. An object that the event has already, and a field in it,
 * stay as they are: then the value becomes a label.
 */
export function moveRootValues(event: JsonObject): JsonObject {
  const moved = newObject();
  const isOld = isObject(event.beat) && !isObject(event.agent);
  for (const key of Object.keys(event)) if (!isPlainRoot(key, event[key])) moved[key] = event[key];
  for (const key of Object.keys(event)) {
    const value = event[key];
    if (!isPlainRoot(key, value) || value === null) continue;
    // Filebeat 5 and 6 write the path of the file as `source`.
    const isPath = key === 'source' && (isOld || typeof event.offset === 'number');
    const wanted = isPath ? 'log.file.path' : leaves[key];
    if (wanted === undefined || !put(moved, wanted, value)) put(moved, `labels.${key}`, text(value));
  }
  return isOld ? moveBeat(moved) : moved;
}

const isPlainRoot = (key: string, value: unknown) =>
  roots.has(key) && !isObject(value) && !isListOfObjects(value);
const isListOfObjects = (value: unknown) => Array.isArray(value) && value.some(isObject);
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Filebeat 5 and 6 name themselves `beat`, and the offset in the file `offset`. */
function moveBeat(event: JsonObject): JsonObject {
  const { beat, offset, prospector, ...rest } = event;
  const { name, hostname, version } = beat as JsonObject;
  const moved: JsonObject = { ...rest, agent: { type: 'filebeat', ...defined({ name, hostname, version }) } };
  if (typeof hostname === 'string') put(moved, 'host.name', hostname);
  if (typeof offset === 'number') put(moved, 'log.offset', offset);
  if (isObject(prospector) && prospector.type !== undefined) put(moved, 'input.type', prospector.type);
  return moved;
}

/** Sets a field below a top-level object, or `message`. Returns false if something is there. */
function put(event: JsonObject, name: string, value: unknown): boolean {
  const keys = name.split('.');
  let at = event;
  for (const key of keys.slice(0, -1)) {
    if (Object.hasOwn(event, name) || (at[key] !== undefined && !isObject(at[key]))) return false;
    at[key] = { ...(at[key] as JsonObject | undefined) };
    at = at[key] as JsonObject;
  }
  const last = keys.at(-1)!;
  if (at[last] !== undefined) return false;
  at[last] = value;
  return true;
}
