import type { AlertSettings, CommonSettings } from '../config/schema/rule-settings.ts';
import type { Episode, Millis, Output, Sample, Scalar, Transition, WithheldEpisodes } from '../model.ts';
import { objectOf } from '../util/snapshot.ts';
import { countOf, formatMeasured, formatNumber, printable } from '../util/text.ts';
import { type Entry, packedEpisode, packedTransition } from './entry.ts';

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

type Notified = Pick<AlertSettings, 'notify' | 'measure' | 'recipients'>;

/** The last episode of a group that a cooldown held back, with its end. */
export interface Withheld {
  transition: Transition;
  episode: Episode;
}

export const withheldEpisode = objectOf<Withheld>({ transition: packedTransition, episode: packedEpisode });

/** One notification of a transition for each notifier. `at`: event time. `withheld`: episodes that it names besides. */
export function notificationsOf(
  config: Notified,
  transition: Transition,
  episode: Episode,
  at: Millis,
  withheld?: WithheldEpisodes,
): Output[] {
  const { notify, measure, recipients } = config;
  const named = withheld === undefined ? {} : { withheld };
  const told =
    withheld === undefined ? transition : { ...transition, message: withMore(transition.message, withheld) };
  return [...new Set(notify)].map((notifier) => ({
    kind: 'notification',
    notification: {
      ...{ id: `${transition.id}-${notifier}`, notifier, at, transition: told, episode, measure, ...named },
      ...(recipients.length > 0 && { recipients }),
    },
  }));
}

/** The last episode of each group that a cooldown held back, until a notification names it. */
export class HeldBack {
  readonly #config: Notified & Pick<AlertSettings, 'name'>;
  readonly #last = new Map<string, Withheld>();

  constructor(config: Notified & Pick<AlertSettings, 'name'>) {
    this.#config = config;
  }

  set(group: string, last: Withheld): void {
    this.#last.set(group, last);
  }

  /** A notification of another episode names it. */
  named(group: string): void {
    this.#last.delete(group);
  }

  digest(group: string, at: Millis, withheld: WithheldEpisodes): Output[] {
    const last = this.#last.get(group);
    this.#last.delete(group);
    return last === undefined ? [] : digestOf(this.#config, last, at, withheld);
  }

  /** Undefined where there is nothing. */
  state(): [group: string, Withheld][] | undefined {
    return this.#last.size > 0 ? [...this.#last] : undefined;
  }

  restore(state: [group: string, Withheld][]): void {
    this.#last.clear();
    for (const [group, last] of state) this.#last.set(group, last);
  }
}

/** Notifications of episodes that began and ended within a cooldown. The transition is the end of the last of them. */
function digestOf(
  config: Notified & Pick<AlertSettings, 'name'>,
  { transition, episode }: Withheld,
  at: Millis,
  withheld: WithheldEpisodes,
): Output[] {
  const group = transition.group === '' ? '' : ` (${transition.group})`;
  const { start, end = at, peak } = episode;
  const highest = peak === undefined ? '' : `, peak ${formatMeasured(peak, config.measure)}`;
  const last = `The last was from ${secondsOf(start)} to ${secondsOf(end)}${highest}.`;
  const message = `${config.name}${group}: ${moreSince(withheld)}, held back by the cooldown. ${last}`;
  const digest: Transition = { ...transition, id: `${transition.id}-digest`, message };
  return notificationsOf(config, digest, episode, at).map((output) =>
    output.kind === 'notification'
      ? { kind: 'notification', notification: { ...output.notification, withheld, digest: true } }
      : output,
  );
}

function withMore(message: string, withheld: WithheldEpisodes): string {
  return `${message}\n${moreSince(withheld)}, held back by the cooldown.`;
}

/** `3 more episodes since 10:00:00 UTC`. */
function moreSince({ count, since }: WithheldEpisodes): string {
  return `${countOf(count, 'more episode')} since ${secondsOf(since)}`;
}

function secondsOf(time: Millis): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A line, and its event time. */
export interface TimedSample {
  time: Millis;
  sample: Sample;
  /** The line is the n-th of its group that is evidence, in the order of arrival. Undefined: unknown. */
  number?: number | undefined;
}

/** The lines that show why an alert is open. */
export interface Evidence {
  /** The first lines of the window, at most five. */
  first: TimedSample[];
  /** The last line, where the alert was open before it. */
  last: TimedSample | undefined;
  /** Number of the last line of the group. */
  through: number;
}

export const noEvidence = (): Evidence => ({ first: [], last: undefined, through: 0 });

const mostFirst = 5;

/**
 * The samples of an episode: its first lines, and its last line so far. There may be fewer than five first lines until the
 * window is over that raised the alert. The entry keeps which of the samples are first ones.
 */
export function showEvidence(entry: Entry, evidence: () => Evidence): Pick<Episode, 'samples' | 'omitted'> {
  const { episode } = entry;
  const { first, last, through } = evidence();
  const before = entry.shown ?? { first: episode.samples.length, from: 0, to: 0 };
  const more = first
    .filter(({ number = 0 }) => before.first === 0 || number > before.to)
    .slice(0, Math.max(0, mostFirst - before.first));
  const shown = [...episode.samples.slice(0, before.first), ...more.map(({ sample }) => sample)];
  const from = before.from || (more[0]?.number ?? 0);
  const to = Math.max(before.to, more.at(-1)?.number ?? 0);
  entry.shown = { first: shown.length, from, to };
  const isLater = last !== undefined && (last.number ?? 0) > to;
  const samples = isLater ? [...shown, last.sample] : [...shown, ...episode.samples.slice(before.first)];
  const lines = from > 0 && through >= from ? through - from + 1 : 0;
  return { samples, omitted: Math.max(lines - samples.length, isLater ? 0 : (episode.omitted ?? 0), 0) };
}
