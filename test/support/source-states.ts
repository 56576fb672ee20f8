import type { SourceState, SourcesReport } from '../../src/telemetry/components/sources.ts';

const at = 1_700_000_000_000;

/** A source that is well, but for what the test says. */
export const sourceState = (changes: Partial<SourceState> = {}): SourceState => ({
  name: 'web-1 /var/log/nginx/access.log',
  input: 'lumberjack',
  firstSeen: at - 600_000,
  lastSeen: at,
  newest: at - 400,
  events: 1_200,
  late: 0,
  lost: 0,
  ahead: 0,
  untimed: 0,
  unparsed: 0,
  recent: { since: at - 300_000, events: 600, late: 0, lost: 0, ahead: 0, untimed: 0, unparsed: 0 },
  rate: 2,
  format: 'access',
  confidence: 0.99,
  offset: -0.4,
  zone: undefined,
  lateBy: 0,
  example: undefined,
  problems: [],
  ...changes,
});

/** What the analyser reports of sources. */
export function sourcesReport(list: SourceState[], changes: Partial<SourcesReport> = {}): SourcesReport {
  const having = (kind: string) =>
    list.filter(({ problems }) => problems.some((problem) => problem.kind === kind)).length;
  return {
    known: list.length,
    forgotten: 0,
    problems: { clock: having('clock'), late: having('late'), unparsed: having('unparsed') },
    list,
    inputs: {},
    ...changes,
  };
}

/** Sources with a problem each, by the kind of it. */
export const ailing = {
  clock: sourceState({
    offset: 3600,
    zone: 3600,
    problems: [{ kind: 'clock', since: at, value: 3600, reason: 'its stamps are 1h ahead of the receipt' }],
  }),
  late: sourceState({
    name: 'web-2',
    recent: { since: at - 300_000, events: 100, late: 25, lost: 25, ahead: 0, untimed: 0, unparsed: 0 },
    lateBy: 120,
    problems: [{ kind: 'late', since: at, value: 0.25, reason: '25 of its last 100 events came late' }],
  }),
  unparsed: sourceState({
    name: 'web-3',
    format: undefined,
    offset: undefined,
    recent: { since: at - 300_000, events: 100, late: 0, lost: 0, ahead: 0, untimed: 10, unparsed: 50 },
    problems: [
      { kind: 'unparsed', since: at, value: 0.5, reason: '50 of its last 100 events could not be read' },
    ],
  }),
} as const;
