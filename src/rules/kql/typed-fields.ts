import { BlockList, isIP } from 'node:net';
import type { Millis, Scalar } from '../../model.ts';

/** What a date names: an instant, or with less precision all the time that it covers. `to` is still inside. */
interface Stretch {
  from: Millis;
  to: Millis;
}

const shape =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/;

/** Milliseconds since the epoch; four digits are a year. */
const epoch = /^\d{5,15}$/;

/**
 * Reads an ISO date or milliseconds since the epoch, UTC where it names no zone. Elasticsearch rounds days and less alike; `2026-11` is the whole month
 * here, and its first day there.
 */
export function readDate(text: string): Stretch | undefined {
  if (epoch.test(text)) return { from: Number(text), to: Number(text) };
  const match = shape.exec(text);
  if (!match) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone] =
    match;
  const from = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone ?? 'Z'}`);
  if (Number.isNaN(from)) return undefined;
  return { from, to: from + lengthOf(match, from) - 1 };
}

function lengthOf([, , month, day, hour, minute, second, fraction]: RegExpExecArray, from: Millis): Millis {
  if (fraction) return 1;
  if (second) return 1000;
  if (minute) return 60_000;
  if (hour) return 3_600_000;
  if (day) return 86_400_000;
  const date = new Date(from);
  return Date.UTC(date.getUTCFullYear() + (month ? 0 : 1), date.getUTCMonth() + (month ? 1 : 0)) - from;
}

const dateFields = new Set(['@timestamp', 'event.created', 'event.start', 'event.end', 'event.ingested']);

export function isDateField(field: string): boolean {
  return dateFields.has(field);
}

/** A field's value as a time: milliseconds, or a text that is a date. */
export function timeOf(value: unknown): Millis | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? readDate(value)?.from : undefined;
}

/**
 * Matches addresses within a network such as `10.0.0.0/8`, or the address of the new kind that the text is, for these
 * are written in more than one way. Undefined for a text that names neither.
 */
function network(text: string): ((address: string) => boolean) | undefined {
  const [base, given, ...more] = text.split('/');
  const family = isIP(base!);
  const length = given ?? (family === 6 ? '128' : undefined);
  if (family === 0 || length === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  if (Number(length) > (family === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(base!, Number(length), family === 4 ? 'ipv4' : 'ipv6');
  return (address) => {
    const kind = isIP(address);
    return kind !== 0 && list.check(address, kind === 4 ? 'ipv4' : 'ipv6');
  };
}

/** An address such that texts in the order of the alphabet are addresses in their own; undefined for what is none. */
export function addressOrder(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return `${'0'.repeat(20)}ffff${octetsOf(text)}`;
  const [head = '', tail] = text.replace(/%.*/, '').split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  return before + '0'.repeat(32 - before.length - after.length) + after;
}

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
const octetsOf = (text: string) =>
  text
    .split('.')
    .map((octet) => hex(Number(octet), 2))
    .join('');
/** The last group may be an address of the old kind. */
const groupsOf = (text: string) =>
  text === ''
    ? ''
    : text
        .split(':')
        .map((group) => (group.includes('.') ? octetsOf(group) : hex(Number.parseInt(group, 16), 4)))
        .join('');

export function isAddressField(field: string): boolean {
  return field === 'ip' || field.endsWith('.ip');
}

/** Fields that Elasticsearch analyses into words; every other text is compared whole and with its case. */
export function isFullText(field: string): boolean {
  return field === 'message' || field === 'error.message' || field.endsWith('.text');
}

/** A text that is a decimal number, as a number. */
export function numberOf(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Whether one value of a field (an array is taken apart before) is what the query asks for. */
export type Match = (value: Scalar) => boolean;

/** Compares a date or an address with a literal as such; undefined where the field or the literal is neither. */
export function specialValue(field: string, literal: string): Match | undefined {
  const within = isAddressField(field) ? network(literal) : undefined;
  if (within) return (found) => typeof found === 'string' && within(found);
  const date = isDateField(field) ? readDate(literal) : undefined;
  if (!date) return undefined;
  return (found) => {
    const time = timeOf(found);
    return time !== undefined && time >= date.from && time <= date.to;
  };
}
