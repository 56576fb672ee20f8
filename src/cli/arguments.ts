import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import { parseIso } from '../parsers/event-time.ts';
import { withoutCredentials } from '../util/text.ts';

/** Parses a time: ISO 8601, UTC if it has no zone. */
export function timeFrom(name: string, text: string | undefined): Millis | undefined {
  if (text === undefined) return undefined;
  const time = parseIso(text);
  if (Number.isFinite(time)) return time;
  throw new LogboomError('USAGE', `--${name} takes a time such as 2026-11-21T13:45:00Z, but got "${text}".`);
}

/** Parses `--url`: an http or https address. */
export function addressFrom(text: string): string {
  if (URL.canParse(text) && /^https?:\/\//i.test(text)) return text;
  const message = `--url takes an address such as http://localhost:9200, but got "${withoutCredentials(text)}".`;
  throw new LogboomError('USAGE', message);
}

/** Parses `event.dataset=nginx.access,host.name=web-1`. */
export function fieldsFrom(text: string | undefined): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const pair of text?.split(',') ?? []) {
    const [, name, value] = /^\s*([^=\s]+)=(.*)$/.exec(pair) ?? [];
    if (name === undefined)
      throw new LogboomError('USAGE', `--fields takes name=value, separated by commas, but got "${pair}".`);
    fields[name] = value!;
  }
  return fields;
}

/** Parses a whole number. Throws `USAGE` with the name of the argument. */
export function numberFrom(
  name: string,
  text: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new LogboomError('USAGE', `--${name} takes a whole number ${range}, but got "${text}".`);
}

/** A time as tables show it: `2015-05-17 10:05:03.000`, UTC. */
export const moment = (time: Millis): string => new Date(time).toISOString().replace('T', ' ').slice(0, -1);

/** The value hint of a last positional argument that takes all further arguments. */
export const several = 'several';
