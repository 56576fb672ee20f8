import { createHash } from 'node:crypto';
import type { Millis } from '../model.ts';

/** Elasticsearch takes ids of up to 512 bytes; a notifier's name or a number is still to be appended. */
const longestGroup = 200;

/**
 * Names one episode or window: rule, group and time, so that a replay gives the same id. Readable, of ASCII letters,
 * digits and `. _ - ~ % :` only, and different for different groups: the other bytes are written as `%3F`, and a long
 * group ends with its hash.
 */
export function idOf(rule: string, group: string, time: Millis): string {
  return `${rule}~${safe(group)}~${new Date(time).toISOString()}`;
}

function safe(group: string): string {
  if (/^[\w.-]{0,200}$/.test(group)) return group;
  const escaped = Buffer.from(group)
    .toString('latin1')
    .replace(/[^\w.-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  if (escaped.length <= longestGroup) return escaped;
  const digest = createHash('sha256').update(group).digest('base64url').slice(0, 22);
  return `${escaped.slice(0, longestGroup - 23)}~${digest}`;
}
