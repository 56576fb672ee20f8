import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import { parseIso } from '../parsers/timestamp.ts';
import { withoutCredentials } from '../util/text.ts';

/** Reads a moment: ISO 8601, UTC where it names no zone. */
export function timeFrom(name: string, text: string | undefined): Millis | undefined {
  if (text === undefined) return undefined;
  const time = parseIso(text);
  if (Number.isFinite(time)) return time;
  throw new LogboomError('USAGE', `--${name} takes a time such as 2026-11-21T13:45:00Z, but got "${text}".`);
}

/** Reads `--url`: an http or https address. */
export function addressFrom(text: string): string {
  if (URL.canParse(text) && /^https?:\/\//i.test(text)) return text;
  const message = `--url takes an address such as http://localhost:9200, but got "${withoutCredentials(text)}".`;
  throw new LogboomError('USAGE', message);
}

/** Reads `event.dataset=nginx.access,host.name=web-1`. */
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

/** A moment as tables show it: `2015-05-17 10:05:03.000`, UTC. */
export const moment = (time: Millis): string => new Date(time).toISOString().replace('T', ' ').slice(0, -1);
