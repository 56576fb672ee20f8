import type { Analysis } from '../engine/analysis.ts';
import { assembleEngine } from '../engine/assemble-engine.ts';
import type { Episode, Millis, Verdict } from '../model.ts';
import { journalRecords } from './backtest.ts';
import { EndOfFiles } from './end-of-files.ts';

interface Times {
  median: Millis;
  longest: Millis;
}

/** How the alerts of a rule agree with the verdicts of people. */
export interface VerdictScore {
  rule: string;
  alerts: number;
  /** Alerts within an incident; within an alert that was called false; and those about which nobody said anything. */
  right: number;
  wrong: number;
  unjudged: number;
  /** Incidents, and those of them that the rule found. */
  incidents: number;
  found: number;
  /** Right ones of the alerts that were judged. Undefined without any. */
  precision: number | undefined;
  /** Found ones of the incidents. Undefined without any. */
  recall: number | undefined;
  /** From the start of an incident to its alert, and from the end of the incident to that of the alert. */
  detection: Times | undefined;
  reset: Times | undefined;
}

/** Scores the rules on the whole journal by the verdicts on it. Rejects with `INPUT_UNREADABLE`. */
export async function scoreByVerdicts(
  analysis: Analysis,
  verdicts: readonly Verdict[],
  data: string,
  keys?: ReadonlyMap<string, string>,
  onProgress?: (share: number, events: number) => void,
): Promise<VerdictScore[]> {
  const alerts = await alertsOf(analysis, data, keys, onProgress);
  const enabled = analysis.rules.filter(({ enabled }) => enabled);
  return enabled.map(({ name }) => scoreOf(name, alerts.get(name) ?? [], verdicts));
}

/** An alert. `atEnd`: only the lack of events after the last one raised it, and nobody knows what came after the journal. */
type Raised = Episode & { atEnd: boolean };

/** The alerts of each rule. */
async function alertsOf(
  analysis: Analysis,
  data: string,
  keys: ReadonlyMap<string, string> | undefined,
  onProgress: ((share: number, events: number) => void) | undefined,
): Promise<Map<string, Raised[]>> {
  const engine = assembleEngine(analysis, keys && { keys });
  const episodes = new Map<string, Episode>();
  for await (const { record, share } of journalRecords(data)) {
    for (const output of engine.process(record))
      if (output.kind === 'episode') episodes.set(output.episode.id, output.episode);
    onProgress?.(share, engine.tally.events);
  }
  const end = new EndOfFiles(analysis.rules, engine.clock.farthest);
  const byRule = new Map<string, Raised[]>();
  for (const episode of episodes.values()) {
    const { rule, withdrawn, detected = episode.start } = episode;
    if (withdrawn) continue;
    const atEnd = !end.observes(rule, detected);
    byRule.set(rule, [...(byRule.get(rule) ?? []), { ...episode, atEnd }]);
  }
  return byRule;
}

function scoreOf(rule: string, raised: readonly Raised[], verdicts: readonly Verdict[]): VerdictScore {
  const own = verdicts.filter((verdict) => verdict.rule === rule);
  // A rule of a new name is meant for all incidents.
  const concerned = own.length > 0 ? own : verdicts;
  const incidents = concerned.filter(({ verdict }) => verdict !== 'false');
  const quiet = concerned.filter(({ verdict }) => verdict === 'false');
  // The end of the journal is no silence, unless a person says that it was.
  const alerts = raised.filter((one) => !one.atEnd || concerned.some((verdict) => isAbout(one, verdict)));
  const isRight = (alert: Episode) => incidents.some((incident) => isAbout(alert, incident));
  const right = alerts.filter(isRight).length;
  const wrong = alerts.filter((alert) => !isRight(alert) && quiet.some((one) => isAbout(alert, one))).length;
  const pairs = incidents.flatMap((incident) => {
    const first = alerts.filter((alert) => isAbout(alert, incident)).sort((a, b) => a.start - b.start)[0];
    return first === undefined ? [] : [{ incident, alert: first }];
  });
  return {
    ...{ rule, alerts: alerts.length, right, wrong, unjudged: alerts.length - right - wrong },
    ...{ incidents: incidents.length, found: pairs.length },
    precision: right + wrong === 0 ? undefined : right / (right + wrong),
    recall: incidents.length === 0 ? undefined : pairs.length / incidents.length,
    detection: timesOf(
      pairs.map(({ incident, alert }) => Math.max(0, (alert.detected ?? alert.start) - incident.start)),
    ),
    reset: timesOf(
      pairs.flatMap(({ incident, alert }) =>
        incident.end === undefined || alert.end === undefined ? [] : [Math.max(0, alert.end - incident.end)],
      ),
    ),
  };
}

/** Whether they overlap, and are of the same group. Groups of different rules are compared where both have one. */
function isAbout({ rule, group, start, end }: Episode, verdict: Verdict): boolean {
  const isSameGroup =
    rule === verdict.rule
      ? group === verdict.group
      : group === '' || verdict.group === '' || group === verdict.group;
  return (
    isSameGroup &&
    start < (verdict.end ?? Number.POSITIVE_INFINITY) &&
    verdict.start < (end ?? Number.POSITIVE_INFINITY)
  );
}

function timesOf(lengths: readonly Millis[]): Times | undefined {
  if (lengths.length === 0) return undefined;
  const sorted = [...lengths].sort((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)]!, longest: sorted.at(-1)! };
}
