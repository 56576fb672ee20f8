import { decodeString } from './decode.ts';
import { isObject, type JsonObject, newObject } from './objects.ts';
import { ENTRY, type Walker } from './walker.ts';

const OPEN_BRACE = 0x7b;
const LOWER_N = 0x6e;
const OPEN_BRACKET = 0x5b;

/**
 * Fields for plain values that senders write where ECS has an object: Filebeat 5 and 6, Fluent Bit, scripts. An index in which
 * the field is an object would refuse the event.
 */
const leaves: Readonly<Record<string, string>> = {
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
const roots = new Set(objectRoots);

/** One bit for the length of each name, by its first byte: rules out nearly all keys. */
const lengths = new Int32Array(256);
for (const name of objectRoots) lengths[name.charCodeAt(0)]! |= 1 << (name.length & 31);

/** Whether a walked event has a plain value where ECS has an object. Null is no value. */
export function hasRootValue({ bytes, entries, count, ascii }: Walker): boolean {
  for (let place = 0; place < count * ENTRY; place += ENTRY) {
    const first = bytes[entries[place + 2]!];
    if (first === OPEN_BRACE || first === LOWER_N) continue;
    const key = entries[place]!;
    const end = entries[place + 1]!;
    if (((lengths[bytes[key]!]! >> ((end - key) & 31)) & 1) === 0) continue;
    const isListOfObjects = first === OPEN_BRACKET && bytes[entries[place + 2]! + 1] === OPEN_BRACE;
    if (!isListOfObjects && roots.has(decodeString(bytes, key, end, ascii))) return true;
  }
  return false;
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

const defined = (object: JsonObject) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

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
