import { addField, type EventView, fieldsOf, isObject, type JsonObject, newObject } from '../events/index.ts';
import type { Millis } from '../model.ts';
import { isLocalTime, parseTime } from './timestamp.ts';

/** The fields of a JSON line, placed in the event. */
interface Placed {
  /** Nested. */
  fields: JsonObject;
  time: Millis;
  /** The time states no zone. */
  isLocal: boolean;
}

const timeKeys = ['@timestamp', 'timestamp', 'time', 'ts'];
const messageKeys = ['message', 'msg'];
const levelKeys = ['level', 'severity'];
/** Objects that the shipper sets about itself. They are not merged: a mixture of two hosts would describe neither. */
const shipperKeys = new Set(['host', 'agent', 'ecs', 'input', '@metadata', 'beat']);
/**
 * Names that Elasticsearch refuses in a document, and names whose value in the line does not have the required type: a time
 * that cannot be read, a message that is not text.
 */
const neverTop = new Set([
  '@metadata',
  '@timestamp',
  'message',
  '_id',
  '_index',
  '_type',
  '_source',
  '_routing',
  '_ignored',
  '_field_names',
  '_size',
  '_seq_no',
  '_version',
  '_tier',
  '_doc_count',
  '_nested_path',
  '_data_stream_timestamp',
  '_tsid',
  '_feature',
]);
/** ECS objects for which loggers write a plain value, and the field for that value. Elasticsearch would refuse a plain value in place of an object. */
const plainValues: Record<string, string> = {
  client: 'client.address',
  error: 'error.message',
  event: 'event.action',
  file: 'file.path',
  process: 'process.name',
  server: 'server.address',
  service: 'service.name',
  source: 'source.address',
  trace: 'trace.id',
  url: 'url.original',
  user: 'user.name',
  user_agent: 'user_agent.original',
};
/** ECS objects without a field for a plain value. */
const otherObjects = new Set([
  'container',
  'cloud',
  'destination',
  'dns',
  'http',
  'log',
  'network',
  'rule',
  'span',
  'data_stream',
]);

/** Fields that logboom sets. */
const ownFields = new Set(['event.created', 'event.ingested']);

/** Levels of pino and bunyan. */
const numberedLevels: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/**
 * Places the fields of an application's log line in the event: at the top level under their own names. Fields whose names
 * the shipper has used go under `json`. Time, level and message go to the ECS fields.
 */
export function placeFields(line: JsonObject, view: EventView, zone: string): Placed {
  const rest = newObject();
  for (const key of Object.keys(line)) rest[key] = line[key];
  const { time, isLocal } = takeTime(rest, zone);
  const message = take(rest, messageKeys, (value) => typeof value === 'string');
  const level = takeLevel(rest);
  const fields = newObject();
  for (const [name, value] of fieldsOf(rest)) place(fields, name, value, view);
  if (message !== undefined) fields.message = message;
  if (level !== undefined) addField(fields, 'log.level', level);
  return { fields, time, isLocal };
}

function place(fields: JsonObject, name: string, value: unknown, view: EventView): void {
  const dot = name.indexOf('.');
  const key = dot < 1 ? name : name.slice(0, dot);
  const isOthers = neverTop.has(key) || (shipperKeys.has(key) && view.has(key));
  const wanted = dot === -1 && Object.hasOwn(plainValues, key) ? plainValues[key]! : name;
  const isPlainObject = dot === -1 && (otherObjects.has(key) || shipperKeys.has(key)) && !isObject(value);
  const isTaken = key !== 'tags' && (ownFields.has(name) || view.has(wanted));
  if (isOthers || isPlainObject || isTaken || !addField(fields, wanted, value))
    addField(fields, `json.${name}`, value);
}

/** Removes the first key that contains a time from the line, and returns the time. */
function takeTime(line: JsonObject, zone: string): Pick<Placed, 'time' | 'isLocal'> {
  for (const key of timeKeys) {
    const time = parseTime(line[key], zone);
    if (Number.isNaN(time)) continue;
    const isLocal = isLocalTime(line[key]);
    delete line[key];
    return { time, isLocal };
  }
  return { time: Number.NaN, isLocal: false };
}

function take(line: JsonObject, keys: string[], isWanted: (value: unknown) => boolean): unknown {
  const key = keys.find((name) => isWanted(line[name]));
  if (key === undefined) return undefined;
  const value = line[key];
  delete line[key];
  return value;
}

function takeLevel(line: JsonObject): string | undefined {
  const dotted = take(
    line,
    ['log.level', ...levelKeys],
    (value) => typeof value === 'string' || isNumbered(value),
  );
  if (dotted !== undefined) return levelName(dotted);
  const { log } = line;
  if (!isObject(log) || typeof log.level !== 'string') return undefined;
  const { level, ...others } = log;
  line.log = others;
  return levelName(level);
}

const isNumbered = (value: unknown) => typeof value === 'number' && Object.hasOwn(numberedLevels, value);

const levelName = (level: unknown) =>
  typeof level === 'number' ? numberedLevels[level] : String(level).toLowerCase();
