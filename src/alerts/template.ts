import type { AlertSettings, CommonSettings } from '../config/schema/rule-settings.ts';
import type { Scalar } from '../model.ts';
import { formatMeasured, formatNumber, printable } from '../util/text.ts';

/** What a message can speak of. */
export interface MessageContext {
  value: number | undefined;
  count: number;
  group: string;
  by: Readonly<Record<string, Scalar>>;
  reason: string;
}

type Message = (context: MessageContext) => string;

/** A message is for people to read at once; a sender's long field does not make it endless. */
const longest = 2_000;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Names that every message knows, beside `labels.*` and the fields that the rule groups by. */
const ownNames: Record<string, (context: MessageContext, rule: AlertSettings) => string> = {
  value: ({ value }, { measure }) => (value === undefined ? 'nothing' : formatMeasured(value, measure)),
  count: ({ count }) => formatNumber(count),
  group: ({ group }) => group,
  reason: ({ reason }) => reason,
  threshold: (_, rule) => rule.when ?? '',
  severity: (_, rule) => rule.severity,
  measure: (_, rule) => rule.measure,
  runbook: (_, rule) => rule.runbook ?? '',
  'rule.name': (_, rule) => rule.name,
  'rule.description': (_, rule) => rule.description,
};

/**
 * The rule's message with `{{name}}` filled in. What is filled in comes from senders: it can neither begin another
 * placeholder nor hide anything on a terminal. An unknown name is replaced by nothing.
 */
export function messageOf(rule: AlertSettings): Message {
  const { message } = rule;
  if (message === undefined) return (context) => plainMessage(rule, context);
  return (context) =>
    message
      .replace(placeholder, (_, name: string) => printable(filledIn(name, context, rule)))
      .slice(0, longest);
}

/** `traffic-burst (web-1): count 7 is >= 5`. */
export function plainMessage(rule: AlertSettings, { group, reason }: MessageContext): string {
  const subject = group === '' ? rule.name : `${rule.name} (${printable(group)})`;
  return `${subject}${reason.startsWith('recovered: ') ? ' ' : ': '}${printable(reason)}`.slice(0, longest);
}

function filledIn(name: string, context: MessageContext, rule: AlertSettings): string {
  if (Object.hasOwn(context.by, name)) return String(context.by[name]);
  if (Object.hasOwn(ownNames, name)) return ownNames[name]!(context, rule);
  const label = name.startsWith('labels.') ? name.slice('labels.'.length) : undefined;
  return label !== undefined && Object.hasOwn(rule.labels, label) ? rule.labels[label]! : '';
}

/**
 * The names in a rule's message template that would always be empty, and the names that every template may use. `fields`
 * are those that documents of the rule have beside `by`.
 */
export function unknownNames(
  { message = '', by, labels }: Pick<CommonSettings, 'message' | 'by' | 'labels'>,
  fields: readonly string[] = [],
): { unknown: string[]; known: string[] } {
  const known = Object.keys(ownNames);
  const usable = new Set([
    ...known,
    ...fields,
    ...by,
    ...Object.keys(labels).map((name) => `labels.${name}`),
  ]);
  const names = [...message.matchAll(placeholder)].map(([, name]) => name!);
  return { unknown: [...new Set(names)].filter((name) => !usable.has(name)), known };
}
