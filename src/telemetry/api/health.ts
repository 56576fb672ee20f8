import type { Millis, Position } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import type { SourceProblemKind, SourcesReport } from '../components/sources.ts';
import type { Lag, Vitals } from '../components/vitals.ts';

/** What the health is judged by. */
export interface HealthSnapshot {
  journal: Vitals['journal'];
  /** By name: `analyser`, `indexer`, … */
  readers: Record<string, ReaderProgress>;
  /** By name; why a thread is gone, or undefined while it lives. */
  threads: Record<string, { gone?: string | undefined }>;
  inputs?: Vitals['inputs'];
  notifiers?: Vitals['notifiers'];
  sources?: SourcesReport | undefined;
  /**
   * Number of problems for which the configuration was not taken up when it was last loaded anew, and matchers that match nothing any more,
   * because their expressions take too long.
   */
  configuration?: { problems: number; matchersGivenUp?: readonly string[] };
}

export interface ReaderProgress {
  position: Position;
  newest: Position;
  /** Wall time at which it last moved, or last had nothing to read. */
  lastProgressAt: Millis;
  /** Something outside of logboom that the reader waits for: `Elasticsearch`. */
  waitsFor?: string;
  lag?: Lag;
  /** Whether the journal keeps records for it, so that a full journal waits for it; default true. */
  holds?: boolean;
}

interface HealthThresholds {
  /** A reader that has records to read and has not moved for so long is stuck. */
  stallAfter: Millis;
  /** Fill of the journal from which on it is a reason. */
  nearlyFull: number;
  /** Age of a reader's oldest unread record, and of an input's oldest unacknowledged window, from which on it is a reason. */
  farBehind: Millis;
  waitsLong: Millis;
  /** Refusals of one sender in a row from which on they are a reason. */
  refusedOften: number;
}

export const defaultThresholds: HealthThresholds = {
  stallAfter: 60_000,
  nearlyFull: 0.8,
  farBehind: 300_000,
  waitsLong: 60_000,
  refusedOften: 3,
};

/**
 * The answer of `/health`. `degraded` counts as healthy: logboom waits for something else and nothing is lost, so a restart would not
 * help. `unhealthy` means that data no longer moves and an operator has to act.
 */
export interface Health {
  healthy: boolean;
  state: 'healthy' | 'degraded' | 'unhealthy';
  reasons: string[];
  /** The values behind it: a ratio, seconds and records. */
  figures?: {
    journalFill: number;
    oldestUnacknowledged: Record<string, number>;
    readerLag: Record<string, { records: number; seconds: number }>;
  };
}

interface Findings {
  unhealthy: string[];
  degraded: string[];
}

const percent = (share: number) => `${Math.floor(share * 100)} %`;

function judgeReaders(
  { readers }: HealthSnapshot,
  now: Millis,
  stallAfter: Millis,
): Findings & { stuck: string[] } {
  const found: Findings & { stuck: string[] } = { unhealthy: [], degraded: [], stuck: [] };
  for (const [name, reader] of Object.entries(readers)) {
    const idle = now - reader.lastProgressAt;
    const stuck = reader.position < reader.newest && idle >= stallAfter;
    if (stuck && reader.holds !== false) found.stuck.push(name);
    if (reader.waitsFor) found.degraded.push(`${name} waits for ${reader.waitsFor}`);
    else if (stuck) {
      const behind = reader.newest - reader.position;
      found.unhealthy.push(`${name} has not moved for ${formatDuration(idle)}, ${behind} records behind`);
    }
  }
  return found;
}

function judgeJournal(snapshot: HealthSnapshot, stuck: string[], nearlyFull: number): Findings {
  const { damaged = 0 } = snapshot.journal;
  const { unhealthy, degraded } = judgeFill(snapshot, stuck, nearlyFull);
  const records = damaged === 1 ? '1 record was' : `${damaged} records were`;
  const found = `journal is damaged: ${records} not found as written and went to the dead letters`;
  return { unhealthy, degraded: damaged > 0 ? [...degraded, found] : degraded };
}

/**
 * A full journal alone is back-pressure: readers move, and senders are slowed down. It is unhealthy when a reader is stuck as well,
 * whatever it waits for: no data is accepted any more.
 */
function judgeFill({ journal }: HealthSnapshot, stuck: string[], nearlyFull: number): Findings {
  if (journal.broken !== undefined)
    return { unhealthy: [`journal is broken: ${journal.broken}`], degraded: [] };
  if (journal.refusing !== undefined)
    return { unhealthy: [`journal takes nothing: ${journal.refusing}`], degraded: [] };
  if (journal.fill >= 1 && stuck.length > 0) {
    const reason = `journal is full and ${stuck.join(' and ')} does not move: senders are held`;
    return { unhealthy: [reason], degraded: [] };
  }
  if (journal.fill >= 1) return { unhealthy: [], degraded: ['journal is full: senders are held'] };
  const mention = journal.fill >= nearlyFull;
  return { unhealthy: [], degraded: mention ? [`journal is ${percent(journal.fill)} full`] : [] };
}

const wholeSeconds = (length: Millis) => formatDuration(Math.max(0, Math.floor(length / 1000) * 1000));

/** Notifications are not delivered: nothing is lost yet, but an operator has to look at the notifier. */
function judgeNotifiers({ notifiers = {} }: HealthSnapshot): string[] {
  return Object.entries(notifiers).map(
    ([name, { reason, age }]) => `notifier ${name} has not delivered for ${wholeSeconds(age)}: ${reason}`,
  );
}

/** Reasons that name a source each; the others are counted. */
const mostSources = 5;
const mostSenders = 5;

/** What is received cannot be counted as it should: the rules that need it see less than there is. */
function judgeSources({ sources }: HealthSnapshot): string[] {
  if (!sources) return [];
  const all = sources.list.flatMap(({ name, problems }) =>
    problems.map(({ reason }) => `source ${name}: ${reason}`),
  );
  const kinds = Object.keys(sources.problems) as SourceProblemKind[];
  const count = kinds.reduce((sum, kind) => sum + sources.problems[kind], 0);
  const more = count - Math.min(mostSources, all.length);
  const shown = all.slice(0, mostSources);
  return more > 0 ? [...shown, `${more} more problems of sources: logboom status`] : shown;
}

/** What these senders have does not arrive; they keep it and send it again. */
function judgeRefusals({ inputs = {} }: HealthSnapshot, often: number): string[] {
  return Object.entries(inputs).flatMap(([name, { refusedSenders: refused = [] }]) => {
    const all = refused.filter(({ count }) => count >= often);
    const more = all.length - mostSenders;
    const shown = all
      .slice(0, mostSenders)
      .map(({ address, count, reason }) => `${name}: ${address} was refused ${count} times: ${reason}`);
    return more > 0 ? [...shown, `${name}: ${more} more senders are refused`] : shown;
  });
}

/** Data moves, but slower than it arrives, or senders are held: nothing is lost. */
function judgeAges(snapshot: HealthSnapshot, { farBehind, waitsLong }: HealthThresholds): string[] {
  const behind = Object.entries(snapshot.readers).flatMap(([name, { lag }]) => {
    const age = (lag?.seconds ?? 0) * 1000;
    return age >= farBehind ? [`${name} is ${wholeSeconds(age)} behind`] : [];
  });
  const held = Object.entries(snapshot.inputs ?? {}).flatMap(([name, { oldestUnacknowledged: age = 0 }]) =>
    age >= waitsLong ? [`${name}: a window has waited for its ACK for ${wholeSeconds(age)}`] : [],
  );
  return [...behind, ...held];
}

/** The configuration in force is not the one in the file, or a part of it has no effect: alerts may notify nobody. */
function judgeConfiguration({ configuration }: HealthSnapshot): string[] {
  const { problems = 0, matchersGivenUp = [] } = configuration ?? {};
  const refused = 'the configuration was changed and has problems: the one before stays in force';
  return [
    ...(problems > 0 ? [refused] : []),
    ...matchersGivenUp.map(
      (text) =>
        `the matcher ${text} matches nothing any more: its expression takes too long. Write it without look-around and back-references, ` +
        'and load the configuration again',
    ),
  ];
}

/** Judges a snapshot. Pure: time and thresholds are arguments. */
export function healthOf(
  snapshot: HealthSnapshot,
  now: Millis,
  thresholds: HealthThresholds = defaultThresholds,
): Health {
  const threads = Object.entries(snapshot.threads).flatMap(([name, { gone }]) =>
    gone === undefined ? [] : [`thread ${name} is gone: ${gone}`],
  );
  const readers = judgeReaders(snapshot, now, thresholds.stallAfter);
  const journal = judgeJournal(snapshot, readers.stuck, thresholds.nearlyFull);
  const unhealthy = [...threads, ...journal.unhealthy, ...readers.unhealthy];
  const ages = judgeAges(snapshot, thresholds);
  const degraded = [
    ...journal.degraded,
    ...readers.degraded,
    ...ages,
    ...judgeRefusals(snapshot, thresholds.refusedOften),
    ...judgeNotifiers(snapshot),
    ...judgeSources(snapshot),
    ...judgeConfiguration(snapshot),
  ];
  const state = unhealthy.length > 0 ? 'unhealthy' : degraded.length > 0 ? 'degraded' : 'healthy';
  return { healthy: unhealthy.length === 0, state, reasons: [...unhealthy, ...degraded] };
}
