import type { Episode, Millis, Output, Transition } from '../model.ts';
import type { Entry } from './entry.ts';
import { transitionOutput } from './notifications.ts';

/** What is corrected, and how people are notified of it. */
interface Correction {
  /** Episodes of the group as they were put out, in the order of their starts. */
  known: readonly Entry[];
  /** The same stretch of time with the late events, as if they had come in time, and what that puts out. */
  found: readonly Entry[];
  outputs: readonly Output[];
  /** Event time up to which windows are closed. */
  through: Millis;
  /** Number of late events of the time of the episode. */
  lateIn: (episode: Pick<Episode, 'start' | 'end'>, reach: Millis) => number;
  /** Notifications of a transition that late events led to. */
  notify: (transition: Transition, episode: Episode) => Output[];
}

interface Corrected {
  outputs: Output[];
  entries: Entry[];
}

/**
 * Compares the episodes that were put out with those that follow from all events, and puts out what differs. An episode
 * keeps its id, its evidence and its revisions where one that was found has the same id or a common time with it. One
 * that was not put out before is raised late, with its transitions. One that was not found is withdrawn.
 */
export function correctEpisodes(correction: Correction): Corrected {
  const pairs = paired(correction);
  const outputs: Output[] = [];
  const entries = correction.known
    .filter((known) => ![...pairs.values()].includes(known))
    .flatMap((known) => withdraw(known, correction, outputs));
  for (const found of correction.found) {
    const known = pairs.get(found);
    entries.push(
      known === undefined ? raiseLate(found, correction, outputs) : merge(known, found, correction, outputs),
    );
  }
  return { outputs, entries };
}

/** Equal ids first: the first known start names an episode, whatever becomes of its times. */
function paired({ known, found }: Correction): Map<Entry, Entry> {
  const left = new Set(known);
  const pairs = new Map<Entry, Entry>();
  const pair = (match: (one: Entry, other: Entry) => boolean) => {
    for (const one of found) {
      if (pairs.has(one)) continue;
      const other = [...left].find((other) => match(one, other));
      if (other === undefined) continue;
      pairs.set(one, other);
      left.delete(other);
    }
  };
  pair((one, other) => one.episode.id === other.episode.id);
  pair(
    (one, other) =>
      one.raised && other.raised && !other.episode.withdrawn && overlap(one.episode, other.episode),
  );
  return pairs;
}

const endOf = ({ end }: Pick<Episode, 'end'>) => end ?? Number.POSITIVE_INFINITY;
const overlap = (one: Episode, other: Episode) => one.start < endOf(other) && other.start < endOf(one);

function withdraw(known: Entry, correction: Correction, outputs: Output[]): Entry[] {
  const { through, notify } = correction;
  const { episode } = known;
  if (episode.withdrawn) return [known];
  const isOpen = episode.end === undefined;
  const corrected = 'withdrawn: with the events that came late, the condition did not hold';
  const next: Episode = {
    ...episode,
    status: 'inactive',
    end: episode.end ?? Math.max(through, episode.start),
    updated: Math.max(episode.updated, through),
    reason: corrected,
    revision: episode.revision + 1,
    lateCount: episode.lateCount + correction.lateIn(episode, known.reach),
    corrected,
    withdrawn: true,
  };
  if (!isOpen && !known.notified && !known.raised) return [];
  const transition = transitionOf(known, next, corrected, through);
  if (isOpen || known.notified) outputs.push(transitionOutput(transition, next));
  if (!known.raised) return [];
  outputs.push({ kind: 'episode', episode: next });
  if (known.notified) outputs.push(...notify(transition, next));
  return [
    { ...known, episode: next, reason: corrected, transitions: known.transitions + 1, held: undefined },
  ];
}

function raiseLate(found: Entry, correction: Correction, outputs: Output[]): Entry {
  const { through, lateIn } = correction;
  const own = transitionsOf(found, correction.outputs).map((transition) => ({ ...transition, late: true }));
  for (const transition of own) outputs.push(transitionOutput(transition, found.episode));
  if (!found.raised) return found;
  const lateCount = lateIn(found.episode, found.reach);
  const episode: Episode = {
    ...found.episode,
    detected: through,
    revision: 1,
    lateCount,
    late: true,
    corrected: `raised late: ${eventsOf(lateCount)} of its time came after their windows had closed`,
  };
  outputs.push({ kind: 'episode', episode });
  const raise = own.findLast(({ to }) => to === 'active');
  const isDue = raise !== undefined && isNotified(found, correction.outputs);
  const sent = isDue ? correction.notify(raise, episode) : [];
  outputs.push(...sent);
  return { ...found, episode, notified: sent.length > 0 };
}

/** The episode as it was found, under the name and with the evidence of the one that was put out. */
function merge(known: Entry, found: Entry, correction: Correction, outputs: Output[]): Entry {
  const { through, lateIn, notify } = correction;
  const late = known.raised || found.raised ? lateIn(found.episode, found.reach) : 0;
  const kept = { transitions: Math.max(known.transitions, found.transitions), notified: known.notified };
  if (!isChanged(known, found) && late === 0)
    return { ...found, ...kept, episode: known.episode, held: known.held };
  const corrected = wordsOf(known.episode, found.episode);
  const episode = mergedEpisode(known, found, { late, corrected, through });
  const entry: Entry = { ...found, ...kept, episode, raised: known.raised || found.raised };
  const wasMissing = found.raised && !known.raised;
  if (wasMissing || known.episode.status !== found.episode.status) {
    const transition = transitionOf(known, episode, corrected ?? found.reason, found.episode.end ?? through);
    entry.transitions = known.transitions + 1;
    outputs.push(transitionOutput(transition, episode));
    if (entry.raised) outputs.push({ kind: 'episode', episode });
    const isDue = known.notified ? changesForPeople(known, found) : isNotified(found, correction.outputs);
    const sent = isDue ? notify(transition, episode) : [];
    outputs.push(...sent);
    return { ...entry, notified: known.notified || sent.length > 0 };
  }
  if (entry.raised) outputs.push({ kind: 'episode', episode });
  return entry;
}

const changesForPeople = ({ episode: { end: before } }: Entry, { episode: { end } }: Entry) =>
  (before === undefined) !== (end === undefined);

function mergedEpisode(
  known: Entry,
  found: Entry,
  { late, corrected, through }: { late: number; corrected: string | undefined; through: Millis },
): Episode {
  const kept = known.episode;
  const lateCount = kept.lateCount + late;
  return {
    ...kept,
    ...pick(found.episode),
    updated: Math.max(kept.updated, found.episode.updated, late > 0 ? through : 0),
    reason: withCounted(found.reason, lateCount),
    samples: kept.samples.length > 0 ? kept.samples : found.episode.samples,
    detected: kept.detected ?? found.episode.detected,
    revision: known.raised ? kept.revision + 1 : 1,
    lateCount,
    late: known.raised ? kept.late : true,
    corrected: corrected ?? kept.corrected,
    withdrawn: undefined,
  };
}

/** What follows from the windows of an episode. */
function pick({ status, start, end, value, peak, count, window, span, message, flapping, url }: Episode) {
  return {
    status,
    start,
    end,
    value,
    peak,
    count,
    window,
    message,
    flapping,
    ...(span !== undefined && { span }),
    ...(url !== undefined && { url }),
  };
}

/** Whether the document differs in what does not depend on when it was last written. */
function isChanged({ episode: a, raised: wasRaised }: Entry, { episode: b, raised }: Entry): boolean {
  const isSame =
    a.status === b.status &&
    a.start === b.start &&
    a.end === b.end &&
    a.peak === b.peak &&
    a.flapping === b.flapping;
  const isSameEnd = b.end === undefined || (a.value === b.value && a.count === b.count);
  return !isSame || !isSameEnd || a.withdrawn === true || (raised && !wasRaised);
}

function wordsOf(before: Episode, after: Episode): string | undefined {
  const words = [
    ...(before.withdrawn ? ['raised again'] : []),
    ...(before.start === after.start ? [] : [`its start was ${timeOf(before.start)}`]),
    ...(before.end === after.end
      ? []
      : [before.end === undefined ? 'it had not ended' : `it had ended at ${timeOf(before.end)}`]),
    ...(before.peak === after.peak ? [] : [`its peak was ${before.peak}`]),
  ];
  return words.length === 0 ? undefined : `corrected by late events: ${words.join(', ')}`;
}

const timeOf = (time: Millis) => new Date(time).toISOString();
const eventsOf = (count: number) => (count === 1 ? '1 event' : `${count} events`);

/** Adds to a reason how many late events were counted. */
function withCounted(reason: string, lateCount: number): string {
  return lateCount === 0
    ? reason
    : `${reason}; ${eventsOf(lateCount)} of its time came late and were counted`;
}

function transitionOf(known: Entry, next: Episode, reason: string, at: Millis): Transition {
  const { id, rule, group, by, window, value, count, condition, severity, status } = next;
  return {
    ...{ id: `${id}-${known.transitions + 1}`, rule, group, by, episode: id },
    ...{ from: known.episode.status, to: status, at, reason, window, value, count, condition, severity },
    message: `${rule}${group === '' ? '' : ` (${group})`}: ${reason}`,
    late: true,
  };
}

function transitionsOf({ episode: { id } }: Entry, outputs: readonly Output[]): Transition[] {
  return outputs.flatMap((output) =>
    output.kind === 'transition' && output.transition.episode === id ? [output.transition] : [],
  );
}

/** Whether people would have been notified that it was raised, had all events come in time. */
function isNotified({ episode: { id } }: Entry, outputs: readonly Output[]): boolean {
  return outputs.some(
    (output) =>
      output.kind === 'notification' &&
      output.notification.transition.episode === id &&
      output.notification.transition.to === 'active',
  );
}
