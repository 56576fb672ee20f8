import type { AlertSettings, CommonSettings } from '../config/schema/rule-settings.ts';
import type { Millis } from '../model.ts';
import { conditionText, lengthText, timeText, valueText } from '../util/figures.ts';
import { cutToLength, printable } from '../util/text.ts';
import { isZone, offsetsOf } from '../util/zone.ts';
import { longestMessage, type MessageContext } from './notifications.ts';

/** Fills a template in. */
export type Message = (context: MessageContext) => string;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;
/** `{{time Europe/Berlin}}`: a time in a zone. */
const zoned = /^(\S+)\s+(\S+)$/;

/** Times that a message can name, in UTC or in a zone. */
const times: Record<string, (context: MessageContext) => Millis | undefined> = {
  time: ({ at }) => at,
  start: ({ start }) => start(),
  end: ({ end }) => end,
  'window.start': ({ window }) => window.start,
  'window.end': ({ window }) => window.end,
};

/** Names that every message knows, beside times, `labels.*` and the fields that the rule groups by. */
const ownNames: Record<string, (context: MessageContext, rule: AlertSettings) => string> = {
  value: ({ value }, { measure }) => (value === undefined ? 'nothing' : valueText(value, measure)),
  'value.number': ({ value }) => (value === undefined ? '' : String(value)),
  peak: ({ peak }, { measure }) => (peak === undefined ? 'nothing' : valueText(peak, measure)),
  count: ({ count }) => valueText(count, ''),
  duration: ({ at, start, end = at }) => lengthText(Math.max(0, end - start())),
  'window.length': ({ window }) => lengthText(window.end - window.start),
  samples: ({ samples }) => samples.map(({ message }) => message).join(' | '),
  group: ({ group }) => group,
  reason: ({ reason }) => reason,
  threshold: (_, rule) => conditionText(rule.when ?? '', rule.measure),
  severity: ({ severity }) => severity,
  measure: (_, rule) => rule.measure,
  runbook: (_, rule) => rule.runbook ?? '',
  'rule.name': (_, rule) => rule.name,
  'rule.description': (_, rule) => rule.description,
};

/**
 * A template of the rule with `{{name}}` filled in. What is filled in comes from senders: it can neither begin another
 * placeholder nor hide anything on a terminal. An unknown name is replaced by nothing. Undefined where there is no template.
 */
export function templateOf(rule: AlertSettings, template: string | undefined): Message | undefined {
  if (template === undefined) return undefined;
  return (context) =>
    cutToLength(
      template.replace(placeholder, (_, name: string) => printable(filledIn(name, context, rule))),
      longestMessage,
    );
}

function filledIn(name: string, context: MessageContext, rule: AlertSettings): string {
  if (Object.hasOwn(context.by, name)) return String(context.by[name]);
  if (Object.hasOwn(ownNames, name)) return ownNames[name]!(context, rule);
  const [, time = name, zone] = zoned.exec(name) ?? [];
  if (Object.hasOwn(times, time)) return timeIn(times[time]!(context), zone);
  const label = name.startsWith('labels.') ? name.slice('labels.'.length) : undefined;
  return label !== undefined && Object.hasOwn(rule.labels, label) ? rule.labels[label]! : '';
}

type Templates = Pick<CommonSettings, 'message' | 'recoveryMessage' | 'by' | 'labels'>;

/**
 * The names in a rule's message templates that would always be empty, and the names that every template may use. `fields`
 * are those that documents of the rule have beside `by`.
 */
export function unknownNames(
  { message = '', recoveryMessage = '', by, labels }: Templates,
  fields: readonly string[] = [],
): { unknown: string[]; known: string[] } {
  const known = [...Object.keys(ownNames), ...Object.keys(times)];
  const usable = new Set([
    ...known,
    ...fields,
    ...by,
    ...Object.keys(labels).map((name) => `labels.${name}`),
  ]);
  const names = [...`${message}\n${recoveryMessage}`.matchAll(placeholder)].map(([, name]) => name!);
  const isUsable = (name: string) => usable.has(name) || isZonedTime(name);
  return { unknown: [...new Set(names)].filter((name) => !isUsable(name)), known };
}

function isZonedTime(name: string): boolean {
  const [, time = '', zone = ''] = zoned.exec(name) ?? [];
  return Object.hasOwn(times, time) && isZone(zone);
}

/** `2026-01-02 04:04:05 +01:00`; without a zone `2026-01-02 03:04:05 UTC`. */
function timeIn(time: Millis | undefined, zone: string | undefined): string {
  if (time === undefined) return '';
  if (zone === undefined || !isZone(zone)) return timeText(time);
  const offset = offsetsOf(zone)(time);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 3_600_000), Math.abs(offset / 60_000) % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  const local = timeText(time + offset).replace(' UTC', '');
  return `${local} ${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}
