import type { Config } from '../config/schema/schema.ts';
import { type Incident, type IncidentKind, incidentKinds, labelledDay } from '../generator/incidents.ts';
import type { Millis, Transition } from '../model.ts';
import { formatDuration, formatShare } from '../util/text.ts';
import { InputsOfFiles } from './as-input.ts';
import { EndOfFiles } from './end-of-files.ts';
import { blockFrom } from './merge.ts';
import { Replay } from './replay.ts';

/** The score of a rule over days with labelled incidents. */
interface Score {
  rule: string;
  /** Kinds of incidents of which the rule found at least half. */
  finds: IncidentKind[];
  alerts: number;
  /** Number of alerts that concern any incident. */
  right: number;
  /** Share of its alerts that concern an incident; undefined without alerts. */
  precision: number | undefined;
  /** Share of the incidents, of the kinds that it finds, that it found; undefined if it finds no kind. */
  recall: number | undefined;
  /** Event time from the start of an incident to the alert: median and maximum. */
  delay: { median: Millis; longest: Millis } | undefined;
  /** Number of incidents found, by kind. */
  found: Record<IncidentKind, number>;
}

interface ScoreReport {
  seeds: number[];
  /** Number of incidents, by kind. */
  incidents: Record<IncidentKind, number>;
  events: number;
  scores: Score[];
  /** Names of processors that have no effect: the events of generated days are of no input. */
  withoutEffect: string[];
}

interface Raised {
  at: Millis;
  start: Millis;
  host: string | undefined;
}

/** Milliseconds after an incident in which a window may still concern it. */
const aftermath = 2 * 60_000;
const begin = Date.parse('2026-01-05T00:00:00Z');
const perBlock = 1_000;

/** Runs rules over days with labelled incidents and compares. The same seeds give the same scores. */
export function score(
  config: Config,
  seeds: readonly number[],
  onProgress?: (share: number, days: number) => void,
): ScoreReport {
  const days = seeds.map((seed, at) => {
    const day = playDay(config, seed);
    onProgress?.((at + 1) / seeds.length, at + 1);
    return day;
  });
  const incidents = days.flatMap((day) => day.incidents);
  const enabled = config.rules.filter((rule) => rule.enabled);
  return {
    seeds: [...seeds],
    incidents: countBy(incidents),
    events: days.reduce((sum, { events }) => sum + events, 0),
    scores: enabled.map(({ name }) => scoreOf(name, days)),
    withoutEffect: new InputsOfFiles(config, 'score').withoutEffect([]),
  };
}

interface PlayedDay {
  incidents: Incident[];
  raised: Map<string, Raised[]>;
  events: number;
}

function playDay(config: Config, seed: number): PlayedDay {
  const { incidents, events } = labelledDay({ seed, start: begin });
  const raised = new Map<string, Raised[]>();
  // A day that ends is no silence: nobody knows what came after it.
  let end: EndOfFiles | undefined;
  const replay = new Replay({
    config,
    // After all that happened in the day.
    receivedAt: begin + 2 * 86_400_000,
    onOutput: (output) => {
      if (end?.keeps(output) !== false && output.kind === 'transition') note(output.transition, raised);
    },
  });
  let documents: Buffer[] = [];
  const feed = () => {
    replay.feed(blockFrom(documents));
    documents = [];
  };
  for (const { document } of events) {
    documents.push(Buffer.from(document));
    if (documents.length === perBlock) feed();
  }
  feed();
  end = new EndOfFiles(config.rules, replay.engine.clock.farthest);
  replay.finish();
  return { incidents, raised, events: replay.engine.tally.events };
}

function note({ rule, to, from, at, window, by }: Transition, raised: Map<string, Raised[]>): void {
  if (to !== 'active' || (from !== 'inactive' && from !== 'pending')) return;
  const host = by['host.name'];
  const alert = { at, start: window.start, host: typeof host === 'string' ? host : undefined };
  raised.set(rule, [...(raised.get(rule) ?? []), alert]);
}

function scoreOf(rule: string, days: readonly PlayedDay[]): Score {
  const all = days.flatMap(({ incidents, raised }) => {
    const alerts = raised.get(rule) ?? [];
    return incidents.map((incident) => ({
      incident,
      first: alerts.find((alert) => isAbout(alert, incident)),
    }));
  });
  const alerts = days.reduce((sum, { raised }) => sum + (raised.get(rule)?.length ?? 0), 0);
  const right = days.reduce((sum, day) => sum + rightIn(day, rule), 0);
  const total = countBy(all.map(({ incident }) => incident));
  const found = countBy(all.flatMap(({ incident, first }) => (first ? [incident] : [])));
  const finds = incidentKinds.filter((kind) => found[kind] > 0 && found[kind] * 2 >= total[kind]);
  const meant = all.filter(({ incident }) => finds.includes(incident.kind));
  const delays = meant.flatMap(({ incident, first }) =>
    first ? [Math.max(0, first.at - incident.start)] : [],
  );
  return {
    rule,
    finds,
    alerts,
    right,
    precision: alerts === 0 ? undefined : right / alerts,
    recall: meant.length === 0 ? undefined : delays.length / meant.length,
    delay: delayOf(delays),
    found,
  };
}

function rightIn({ incidents, raised }: PlayedDay, rule: string): number {
  const alerts = raised.get(rule) ?? [];
  return alerts.filter((alert) => incidents.some((incident) => isAbout(alert, incident))).length;
}

/** Whether the window of the alert overlaps the incident, and the hosts do not differ. */
function isAbout({ at, start, host }: Raised, incident: Incident): boolean {
  if (host !== undefined && host !== incident.host) return false;
  return (
    at > incident.start && Math.min(start, at - aftermath) < incident.end && at <= incident.end + aftermath
  );
}

function countBy(incidents: readonly Incident[]): Record<IncidentKind, number> {
  const counts = Object.fromEntries(incidentKinds.map((kind) => [kind, 0])) as Record<IncidentKind, number>;
  for (const { kind } of incidents) counts[kind] += 1;
  return counts;
}

function delayOf(delays: readonly Millis[]): Score['delay'] {
  if (delays.length === 0) return undefined;
  const sorted = [...delays].sort((one, other) => one - other);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)]!, longest: sorted.at(-1)! };
}

/** The days that `logboom score` and the documentation use. Other seeds give slightly different scores. */
export const defaultSeeds: readonly number[] = [1, 2];

const head = ['rule', 'finds', 'alerts', 'precision', 'recall', 'delay (median)', 'delay (longest)'];

/** The scores as rows of cells, the heading first, for a terminal or a page. */
export function scoreTable({ scores, incidents }: ScoreReport): string[][] {
  const kinds = incidentKinds.map((kind) => `${kind} (${incidents[kind]})`);
  return [[...head, ...kinds], ...scores.map(cellsOf)];
}

function cellsOf({ rule, finds, alerts, precision, recall, delay, found }: Score): string[] {
  const share = (value: number | undefined) => (value === undefined ? '–' : formatShare(value));
  return [
    rule,
    finds.length === 0 ? 'none' : finds.join(', '),
    `${alerts}`,
    share(precision),
    share(recall),
    delay ? formatDuration(delay.median) : '–',
    delay ? formatDuration(delay.longest) : '–',
    ...incidentKinds.map((kind) => `${found[kind]}`),
  ];
}
