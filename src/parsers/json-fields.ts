import { addField, type EventView, fieldsOf, isObject, type JsonObject, newObject } from '../events/index.ts';
import type { Millis } from '../model.ts';
import { parseTime } from './timestamp.ts';

/** Where the fields of a JSON line go. */
interface Placed {
  /** As they join the event, nested. */
  fields: JsonObject;
  time: Millis;
}

const timeKeys = ['@timestamp', 'timestamp', 'time', 'ts'];
const messageKeys = ['message', 'msg'];
const levelKeys = ['level', 'severity'];
/** Said by the shipper about itself, whole: half of one host and half of another would describe none. */
const shipperKeys = new Set(['host', 'agent', 'ecs', 'input', '@metadata', 'beat']);
/**
 * Names that Elasticsearch refuses within a document, and those with a meaning that the line could not give them: a
 * time that is none, a message that is no text.
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
/** ECS objects for which loggers write a plain value, and the field that it is. An object is indexed there, so a plain value would be refused. */
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
/** ECS objects for whose plain value there is no such field. */
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

/** What the reader itself says of an event. */
const ours = new Set(['event.created', 'event.ingested']);

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
 * Places an application's fields in the event: at the top, as they are called, save for those whose place is taken by
 * the shipper, which go under `json`. Its time, level and message go where ECS has them.
 */
export function placeFields(line: JsonObject, view: EventView, zone: string): Placed {
  const rest = newObject();
  for (const key of Object.keys(line)) rest[key] = line[key];
  const time = takeTime(rest, zone);
  const message = take(rest, messageKeys, (value) => typeof value === 'string');
  const level = takeLevel(rest);
  const fields = newObject();
  for (const [name, value] of fieldsOf(rest)) place(fields, name, value, view);
  if (message !== undefined) fields.message = message;
  if (level !== undefined) addField(fields, 'log.level', level);
  return { fields, time };
}

function place(fields: JsonObject, name: string, value: unknown, view: EventView): void {
  const dot = name.indexOf('.');
  const key = dot < 1 ? name : name.slice(0, dot);
  const isOthers = neverTop.has(key) || (shipperKeys.has(key) && view.has(key));
  const wanted = dot === -1 && Object.hasOwn(plainValues, key) ? plainValues[key]! : name;
  const isPlainObject = dot === -1 && (otherObjects.has(key) || shipperKeys.has(key)) && !isObject(value);
  const isTaken = key !== 'tags' && (ours.has(name) || view.has(wanted));
  if (isOthers || isPlainObject || isTaken || !addField(fields, wanted, value))
    addField(fields, `json.${name}`, value);
}

/** Takes the first key with a time in it out of the line. */
function takeTime(line: JsonObject, zone: string): Millis {
  for (const key of timeKeys) {
    const time = parseTime(line[key], zone);
    if (Number.isNaN(time)) continue;
    delete line[key];
    return time;
  }
  return Number.NaN;
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
