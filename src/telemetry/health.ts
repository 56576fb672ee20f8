import type { Millis, Position } from '../model.ts';
import { formatDuration } from '../util/duration.ts';

/** What health is judged by. */
export interface HealthSnapshot {
  journal: {
    /** Share of its size limit that waits for the slowest reader; 1 holds the senders. */
    fill: number;
    /** Why it takes nothing any more. */
    broken?: string;
    /** Why the disk did not take the last append; the next one may find it well again. */
    refusing?: string;
    /** Records that were found damaged since the start. */
    damaged?: number;
  };
  /** By name: `analyser`, `indexer`, … */
  readers: Record<string, ReaderProgress>;
  /** By name; why a thread is gone, or undefined while it lives. */
  threads: Record<string, { gone?: string | undefined }>;
}

export interface ReaderProgress {
  position: Position;
  newest: Position;
  /** Wall time at which it last moved, or last had nothing to read. */
  lastProgressAt: Millis;
  /** Something outside that it waits for and cannot help: `Elasticsearch`. */
  waitsFor?: string;
  /** Whether a full journal waits for it; default: it does. */
  holds?: boolean;
}

export interface HealthThresholds {
  /** A reader with something to read that has not moved for so long stands still. */
  stallAfter: Millis;
  /** Fill of the journal from which on it is mentioned. */
  nearlyFull: number;
}

export const defaultThresholds: HealthThresholds = { stallAfter: 60_000, nearlyFull: 0.8 };

/**
 * `degraded` is healthy: logboom does all that it can, what it waits for is elsewhere and nothing is lost, so a
 * restart would not help. `unhealthy` is not: data no longer moves, and someone has to look.
 */
export interface Health {
  healthy: boolean;
  state: 'healthy' | 'degraded' | 'unhealthy';
  reasons: string[];
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
    const stands = now - reader.lastProgressAt;
    const stuck = reader.position < reader.newest && stands >= stallAfter;
    if (stuck && reader.holds !== false) found.stuck.push(name);
    if (reader.waitsFor) found.degraded.push(`${name} waits for ${reader.waitsFor}`);
    else if (stuck) {
      const behind = reader.newest - reader.position;
      found.unhealthy.push(`${name} has not moved for ${formatDuration(stands)}, ${behind} records behind`);
    }
  }
  return found;
}

function judgeJournal(snapshot: HealthSnapshot, stuck: string[], nearlyFull: number): Findings {
  const { damaged = 0 } = snapshot.journal;
  const { unhealthy, degraded } = judgeRoom(snapshot, stuck, nearlyFull);
  const records = damaged === 1 ? '1 record was' : `${damaged} records were`;
  const found = `journal is damaged: ${records} not found as written and went to the dead letters`;
  return { unhealthy, degraded: damaged > 0 ? [...degraded, found] : degraded };
}

/**
 * A full journal alone is back-pressure at work: readers move, senders are slowed down. It is unhealthy when a
 * reader stands still as well, whatever it waits for: nobody's data gets in any more.
 */
function judgeRoom({ journal }: HealthSnapshot, stuck: string[], nearlyFull: number): Findings {
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
  const degraded = [...journal.degraded, ...readers.degraded];
  const state = unhealthy.length > 0 ? 'unhealthy' : degraded.length > 0 ? 'degraded' : 'healthy';
  return { healthy: unhealthy.length === 0, state, reasons: [...unhealthy, ...degraded] };
}
