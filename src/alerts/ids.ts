import { createHash } from 'node:crypto';
import type { Millis } from '../model.ts';

/** Elasticsearch takes ids of up to 512 bytes; a notifier's name or a number is still to be appended. */
const longestName = 200;

/**
 * Names one episode or window: rule, group and time, so that a replay gives the same id. Readable, of ASCII letters,
 * digits and `. _ - ~ % :` only, and different for different rules and groups: other bytes are written as `%3F`, and a
 * long name ends with its hash.
 */
export function idOf(rule: string, group: string, time: Millis): string {
  return `${safe(rule)}~${safe(group)}~${new Date(time).toISOString()}`;
}

/** Whether an id of an episode or window, or its part before the first `~`, is one of the rule. */
export function isOfRule(id: string, rule: string): boolean {
  return id.split('~', 1)[0] === safe(rule);
}

function safe(name: string): string {
  if (/^[\w.-]{0,200}$/.test(name)) return name;
  const escaped = Buffer.from(name)
    .toString('latin1')
    .replace(/[^\w.-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  if (escaped.length <= longestName) return escaped;
  const digest = createHash('sha256').update(name).digest('base64url').slice(0, 22);
  return `${escaped.slice(0, longestName - 23)}~${digest}`;
}
