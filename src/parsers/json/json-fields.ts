import { addField, type EventView, isObject, type JsonObject, newObject } from '../../events/index.ts';
import type { Millis } from '../../model.ts';
import { isLocalTime } from '../event-time.ts';
import { levelOf, severities } from '../text/levels.ts';
import { ELSEWHERE, readStamp } from '../text/stamps.ts';
import type { LineContext } from '../text/text-format.ts';
import { placeAll } from './places.ts';

/** Names under which loggers write the message. `@mt` is a template, which counts where there is no message. */
const messageKeys = [
  'message',
  'msg',
  '@m',
  'Message',
  'short_message',
  '@mt',
  'MessageTemplate',
  'RenderedMessage',
];

const levelKeys = [
  'level',
  'severity',
  '@l',
  'levelname',
  'lvl',
  'log_level',
  'loglevel',
  'Level',
  'LogLevel',
  'severityText',
];

/** Removes the level from a line and returns it in lower case, with abbreviations and numbers written out. */
function takeLevel(line: JsonObject): string | undefined {
  // GELF has the severities of syslog, and pino's numbers begin at 10.
  const isGelf = typeof line.short_message === 'string';
  for (const key of ['log.level', ...levelKeys]) {
    const level = nameOf(line[key], isGelf);
    if (level === undefined) continue;
    delete line[key];
    return level;
  }
  return takeNested(line) ?? ofSerilog(line);
}

function nameOf(value: unknown, isGelf: boolean): string | undefined {
  if (isGelf && typeof value === 'number' && severities[value] !== undefined)
    return value === 6 ? 'info' : severities[value];
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return levelOf(value);
}

function takeNested(line: JsonObject): string | undefined {
  const { log } = line;
  if (!isObject(log) || typeof log.level !== 'string') return undefined;
  const { level, ...others } = log;
  line.log = others;
  return levelOf(level as string);
}

/** Serilog's compact JSON leaves out the level `Information`. */
const ofSerilog = (line: JsonObject) => ('@mt' in line || '@m' in line ? 'info' : undefined);

/** The fields of a JSON line, placed in the event. */
interface Placed {
  /** Nested. */
  fields: JsonObject;
  time: Millis;
  /** The time states no zone, and its zone is not UTC. */
  isLocal: boolean;
}

/** Names under which loggers write the time. The first that can be read counts. */
const timeKeys = [
  ...[
    '@timestamp',
    'timestamp',
    'time',
    'ts',
    '@t',
    'asctime',
    'Timestamp',
    'datetime',
    'DateTime',
    'eventTime',
  ],
  ...['timeMillis', 't', 'StartUTC', 'start_time', 'Time', 'date'],
];
/** Seconds of the epoch in March 1973. A smaller number is not a time but a duration, or a count. */
const EARLIEST = 1e8;

/** Keys that may be the time, the level or the message. A line without them is placed as it is. */
const takenKeys = new Set([...timeKeys, 'instant', 'log', 'log.level', ...levelKeys, ...messageKeys]);

/**
 * Places the fields of an application's log line in the event: at the top level under their own names. Fields whose names
 * the shipper has used, or that do not have the shape that ECS gives their names, go under `json`. Time, level and message go to
 * the ECS fields.
 */
export function placeFields(line: JsonObject, view: EventView, context: LineContext): Placed {
  const fields = newObject();
  const keys = Object.keys(line);
  if (!keys.some((key) => takenKeys.has(key))) {
    placeAll(fields, line, '', view);
    return { fields, time: Number.NaN, isLocal: false };
  }
  const rest = newObject();
  for (const key of keys) rest[key] = line[key];
  const { time, isLocal } = takeTime(rest, context);
  const level = takeLevel(rest);
  const message = takeMessage(rest);
  placeAll(fields, rest, '', view);
  if (message !== undefined) fields.message = message;
  if (level !== undefined) addField(fields, 'log.level', level);
  return { fields, time, isLocal };
}

/** Removes the first key that contains a time from the line, and returns the time. */
function takeTime(line: JsonObject, context: LineContext): Pick<Placed, 'time' | 'isLocal'> {
  for (const key of timeKeys) {
    const value = line[key];
    if (value === undefined || isTooSmall(value) || (key === 'date' && isDay(value))) continue;
    const time = readStamp(value, context);
    if (Number.isNaN(time)) continue;
    delete line[key];
    return { time, isLocal: isLocal(time, value, context) };
  }
  return { time: takeInstant(line), isLocal: false };
}

/** A time that states its zone is the same wherever it is read. */
const isLocal = (time: Millis, value: unknown, context: LineContext) =>
  context.zone !== 'UTC' &&
  (isLocalTime(value) || readStamp(value, { ...context, zone: ELSEWHERE }) !== time);

const isTooSmall = (value: unknown) =>
  typeof value === 'number'
    ? value < EARLIEST
    : typeof value === 'string' && /^[\d.]+$/.test(value) && Number(value) < EARLIEST;

/** Fluent Bit writes the time as `date`. A day alone, such as that of a birth or of a delivery, is no time of an event. */
const isDay = (value: unknown) => typeof value === 'string' && value.length <= 10;

/** Log4j's JSON layouts: `{"instant":{"epochSecond":1795168800,"nanoOfSecond":123000000}}`. */
function takeInstant(line: JsonObject): Millis {
  const { instant } = line;
  if (!isObject(instant) || typeof instant.epochSecond !== 'number') return Number.NaN;
  const nanos = typeof instant.nanoOfSecond === 'number' ? instant.nanoOfSecond : 0;
  delete line.instant;
  return instant.epochSecond * 1000 + Math.floor(nanos / 1e6);
}

function takeMessage(line: JsonObject): string | undefined {
  const key = messageKeys.find((name) => typeof line[name] === 'string');
  if (key === undefined) return undefined;
  const value = line[key] as string;
  delete line[key];
  return value;
}
