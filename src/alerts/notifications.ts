import type { AlertSettings } from '../config/schema/rule-settings.ts';
import {
  beganAt,
  type Decision,
  decidedAt,
  type Episode,
  type Millis,
  type Observation,
  type Output,
  type Sample,
  type Scalar,
  type Severity,
  type Transition,
  type WithheldEpisodes,
} from '../model.ts';
import { timeText, valueText } from '../util/figures.ts';
import { objectOf } from '../util/snapshot.ts';
import { countOf, printable } from '../util/text.ts';
import { type Entry, type Evidence, packedEpisode, packedTransition } from './entry.ts';

/** What a message can speak of. */
export interface MessageContext {
  value: number | undefined;
  count: number;
  group: string;
  by: Readonly<Record<string, Scalar>>;
  reason: string;
  /** When the change was decided, in event time. */
  at: Millis;
  window: { start: Millis; end: Millis };
  /** Start of the episode. */
  start: () => Millis;
  end: Millis | undefined;
  peak: number | undefined;
  samples: readonly Sample[];
  severity: Severity;
}

/** Of a change of an episode. */
export function contextOf(
  episode: Episode,
  observation: Pick<Observation, 'value' | 'count' | 'window' | 'at' | 'decided'>,
  reason: string,
): MessageContext {
  const { group, by, end, peak, samples, severity } = episode;
  const { value, count, window } = observation;
  return {
    value,
    count,
    at: decidedAt(observation),
    window,
    group,
    by,
    reason,
    start: () => beganAt(episode),
    end,
    peak,
    samples,
    severity,
  };
}

/** A message is for people to read at once; a sender's long field does not make it endless. */
export const longestMessage = 2_000;

/** `traffic-burst (web-1): count 7 is >= 5`. */
export function plainMessage(
  rule: AlertSettings,
  { group, reason }: Pick<MessageContext, 'group' | 'reason'>,
): string {
  const subject = group === '' ? rule.name : `${rule.name} (${printable(group)})`;
  return `${subject}${reason.startsWith('recovered: ') ? ' ' : ': '}${printable(reason)}`.slice(
    0,
    longestMessage,
  );
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
  const highest = peak === undefined ? '' : `, peak ${valueText(peak, config.measure)}`;
  const last = `The last was from ${timeText(start)} to ${timeText(end)}${highest}.`;
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
  return `${countOf(count, 'more episode')} since ${timeText(since)}`;
}

const mostFirst = 5;

type Numbered = [sample: Sample, number: number];

/**
 * The samples of an episode: its first lines by their times, and its last line so far. There may be fewer than five first lines until the
 * window is over that raised the alert, and a line that arrives later may be one of the first. The entry keeps which of the samples are
 * first ones.
 */
export function showEvidence(entry: Entry, evidence: () => Evidence): Pick<Episode, 'samples' | 'omitted'> {
  const { episode } = entry;
  const { first, last, through } = evidence();
  const before = entry.shown ?? { first: episode.samples.length, from: 0, to: 0 };
  const known = episode.samples
    .slice(0, before.first)
    .map((sample, place): Numbered => [sample, before.numbers?.[place] ?? 0]);
  const more = first.flatMap(({ sample, number = 0 }): Numbered[] =>
    isKnown(number, before) ? [] : [[sample, number]],
  );
  const shown = [...known, ...more].sort(([a], [b]) => sampleTime(a) - sampleTime(b)).slice(0, mostFirst);
  const numbers = shown.map(([, number]) => number);
  const from = Math.min(...[before.from, ...numbers].filter((number) => number > 0), Number.MAX_SAFE_INTEGER);
  const to = Math.max(before.to, ...numbers);
  const isNumbered = from < Number.MAX_SAFE_INTEGER;
  entry.shown = { first: shown.length, from: isNumbered ? from : 0, to, numbers };
  const lines = shown.map(([sample]) => sample);
  const isLater = last !== undefined && (last.number ?? 0) > to;
  const samples = isLater ? [...lines, last.sample] : [...lines, ...episode.samples.slice(before.first)];
  const counted = isNumbered && through >= from ? through - from + 1 : 0;
  return {
    samples,
    omitted: Math.max(counted - samples.length, isLater ? 0 : (episode.omitted ?? 0), 0),
  };
}

/** Whether a line is among those that are shown; one without a number is taken to be. Checkpoints of earlier versions name only the last of them. */
function isKnown(number: number, { first, to, numbers }: NonNullable<Entry['shown']>): boolean {
  if (first === 0) return false;
  if (number === 0) return true;
  return numbers === undefined ? number <= to : numbers.includes(number);
}

const sampleTime = (sample: Sample): Millis => Date.parse(sample['@timestamp']);

type Notify = Pick<Decision['notify'], 'send' | 'reason'>;

/**
 * The output of a transition, with what its document shows of the episode at that time. It is apart from the transition, because places of
 * documents are known to a live server only, and the transition log of a replay is the same.
 */
export function transitionOutput(
  transition: Transition,
  { samples, omitted, labels, runbook, url, span, definition }: Episode,
  notify?: Notify,
  notifiers: readonly string[] = [],
): Output {
  const { send, reason = '' } = notify ?? {};
  return {
    kind: 'transition',
    transition,
    context: {
      ...{ samples, labels },
      ...(omitted !== undefined && omitted > 0 && { omitted }),
      ...(runbook !== undefined && { runbook }),
      ...(url !== undefined && { url }),
      ...(span !== undefined && { span }),
      ...(definition !== undefined && { definition }),
      ...(send !== undefined && {
        notification: { sent: send, reason, ...(send && { notifiers: [...notifiers] }) },
      }),
    },
  };
}
