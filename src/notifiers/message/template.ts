import { beganAt, decidedAt, type Millis, type Notification } from '../../model.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import { conditionText, lengthText, valueText } from '../../util/figures.ts';
import type { Report } from '../notifier.ts';
import { measureOf, type Summary, summaryOf } from './summary.ts';

type Value = string | number | boolean | null;

interface Source {
  notification: Notification;
  summary: Summary;
}

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;
const onlyPlaceholder = /^\{\{\s*([^{}]*?)\s*\}\}$/;

/** The names that a template of a notifier may use beside `labels.*` and the fields that rules group by. */
const names: Record<string, (source: Source) => Value | undefined> = {
  id: ({ notification }) => notification.id,
  'alert.id': ({ notification }) => notification.episode.id,
  test: ({ notification }) => notification.test ?? false,
  title: ({ summary }) => summary.title,
  text: ({ summary }) => textOf(summary),
  message: ({ summary }) => summary.message,
  rule: ({ notification }) => notification.transition.rule,
  state: ({ summary }) => summary.state,
  status: ({ notification }) => notification.transition.to,
  severity: ({ summary }) => summary.severity,
  color: ({ summary }) => summary.color,
  group: ({ notification }) => notification.transition.group,
  value: ({ notification }) => valueText(notification.transition.value, measureOf(notification)),
  'value.number': ({ notification }) => notification.transition.value ?? null,
  peak: ({ notification }) => valueText(notification.episode.peak, measureOf(notification)),
  threshold: ({ notification }) => conditionText(notification.transition.condition, measureOf(notification)),
  measure: ({ notification }) => measureOf(notification),
  count: ({ notification }) => notification.transition.count,
  reason: ({ notification }) => notification.transition.reason,
  time: ({ notification }) => iso(decidedAt(notification.transition)),
  start: ({ notification }) => iso(beganAt(notification.episode)),
  end: ({ notification }) => iso(notification.episode.end),
  duration: ({ notification: { episode } }) =>
    lengthText((episode.end ?? episode.updated) - beganAt(episode)),
  samples: ({ summary }) => summary.samples.join('\n'),
  url: ({ notification }) => notification.episode.url ?? '',
  runbook: ({ notification }) => notification.episode.runbook ?? '',
};

const iso = (time: Millis | undefined) => (time === undefined ? null : new Date(time).toISOString());

/** The summary as plain text. */
export function textOf({ title, message, facts, links }: Summary): string {
  return [
    title,
    message,
    ...facts.map(({ label, value }) => `${label}: ${value}`),
    ...links.map(({ label, url }) => `${label}: ${url}`),
  ].join('\n');
}

/**
 * A template with its placeholders filled in: a text, or JSON whose texts are templates. A text that is nothing but a
 * placeholder becomes the value itself, such as a number; otherwise values become a part of the text. What is filled in
 * cannot begin another placeholder.
 */
export function fill<T>(template: T, notification: Notification): T {
  return filled(template, { notification, summary: summaryOf(notification) }) as T;
}

function filled(template: unknown, source: Source): unknown {
  if (typeof template === 'string') {
    const [, only] = onlyPlaceholder.exec(template) ?? [];
    if (only !== undefined) return lookUp(only, source) ?? '';
    return template.replace(placeholder, (_, name: string) => String(lookUp(name, source) ?? ''));
  }
  if (Array.isArray(template)) return template.map((one) => filled(one, source));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, filled(value, source)]));
}

function lookUp(name: string, source: Source): Value | undefined {
  const { by } = source.notification.transition;
  if (Object.hasOwn(names, name)) return names[name]!(source);
  if (Object.hasOwn(by, name)) return by[name];
  const { labels } = source.notification.episode;
  const label = name.startsWith('labels.') ? name.slice('labels.'.length) : undefined;
  return label !== undefined && Object.hasOwn(labels, label) ? labels[label] : undefined;
}

/** Reports the names in a template that would always be empty. `fields` are those of rules. */
export function checkTemplate(
  template: unknown,
  setting: readonly (string | number)[],
  fields: readonly string[],
  report: Report,
): void {
  const known = [...Object.keys(names), ...fields];
  for (const [place, text] of textsIn(template, setting))
    for (const [, name] of text.matchAll(placeholder)) {
      if (known.includes(name!)) continue;
      const message = `A template knows no \`${name}\`${didYouMean(name!, known) || '.'}`;
      report(place, message, `Use one of ${known.join(', ')}.`);
    }
}

function textsIn(template: unknown, place: readonly (string | number)[]): [typeof place, string][] {
  if (typeof template === 'string') return [[place, template]];
  if (typeof template !== 'object' || template === null) return [];
  const entries = Array.isArray(template) ? [...template.entries()] : Object.entries(template);
  return entries.flatMap(([key, value]) => textsIn(value, [...place, key]));
}
