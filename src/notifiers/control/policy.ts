import type { Config } from '../../config/schema/schema.ts';
import type { Episode, Millis, Suppression } from '../../model.ts';
import { formatDuration, printable } from '../../util/text.ts';
import { Inhibition, type OpenAlerts } from './inhibition.ts';
import { type Route, RouteTree } from './routes.ts';
import { alertTest, type CompileQuery, type Silences } from './silences.ts';
import { type Interval, intervalOf } from './time-interval.ts';

/** The settings of noise control. */
export type PolicyConfig = Pick<Config, 'routes' | 'inhibit_rules' | 'time_intervals' | 'maintenance'>;

/** Why an alert is not notified now. */
type Reason = Pick<Suppression, 'by' | 'reason'>;

/** What the decision depends on beside the configuration. */
interface Present {
  silences: Silences;
  alerts: OpenAlerts;
  now: Millis;
}

interface Maintenance {
  name: string;
  comment: string;
  matches: (episode: Episode) => boolean;
  intervals: readonly string[];
}

/** Decides by the configuration, the silences and the open alerts whether an alert may be notified. */
export class Policy {
  readonly routes: RouteTree;
  readonly #inhibitions: readonly Inhibition[];
  readonly #intervals: ReadonlyMap<string, Interval>;
  readonly #maintenance: readonly Maintenance[];

  /** Throws `USAGE` or `KQL_SYNTAX` where a setting cannot be read; `check` reports that before. */
  constructor(
    { routes, inhibit_rules, time_intervals, maintenance }: PolicyConfig,
    compileQuery: CompileQuery,
  ) {
    this.routes = new RouteTree(routes);
    this.#inhibitions = inhibit_rules.map((rule) => new Inhibition(rule));
    this.#intervals = new Map(
      time_intervals.map(({ name, time_intervals }) => [name, intervalOf(time_intervals)]),
    );
    this.#maintenance = maintenance.map(({ name, comment, matchers, query, time_intervals }) => ({
      ...{ name, comment, intervals: time_intervals },
      matches: alertTest(matchers, query, compileQuery),
    }));
  }

  /** Whether open alerts can keep others from notifying. */
  get inhibits(): boolean {
    return this.#inhibitions.length > 0;
  }

  /** Why an open alert is not notified now by the route; undefined where it is. `since`: wall time at which it began to be open. */
  suppression(episode: Episode, route: Route, since: Millis, present: Present): Reason | undefined {
    return (
      silenced(episode, present) ??
      this.#maintained(episode, present.now) ??
      this.#inhibited(episode, present.alerts) ??
      this.#muted(route, present.now) ??
      flapping(episode, route, since, present.now)
    );
  }

  #maintained(episode: Episode, now: Millis): Reason | undefined {
    const found = this.#maintenance.find(
      ({ intervals, matches }) => this.#within(intervals, now) && matches(episode),
    );
    if (!found) return undefined;
    const comment = found.comment === '' ? '' : `: ${found.comment}`;
    return { by: 'maintenance', reason: `maintenance window ${found.name}${comment}` };
  }

  #inhibited(episode: Episode, alerts: OpenAlerts): Reason | undefined {
    for (const inhibition of this.#inhibitions) {
      const source = inhibition.sourceOf(episode, alerts);
      if (source) return { by: 'inhibition', reason: `inhibited by the alert ${source.id}` };
    }
    return undefined;
  }

  #muted({ mute, active }: Route, now: Millis): Reason | undefined {
    const muting = mute.find((name) => this.#within([name], now));
    if (muting !== undefined) return { by: 'mute interval', reason: `muted in the interval ${muting}` };
    if (active.length === 0 || this.#within(active, now)) return undefined;
    return { by: 'mute interval', reason: `outside of the active interval ${active.join(', ')}` };
  }

  #within(names: readonly string[], now: Millis): boolean {
    return names.some((name) => this.#intervals.get(name)?.(now) ?? false);
  }
}

function silenced(episode: Episode, { silences, now }: Present): Reason | undefined {
  const silence = silences.matching(episode, now);
  if (!silence) return undefined;
  const reason = `silenced by ${silence.author}: ${silence.comment} (silence ${silence.id})`;
  return { by: 'silence', reason: printable(reason) };
}

function flapping(
  { flapping: flaps }: Episode,
  { flappingWait }: Route,
  since: Millis,
  now: Millis,
): Reason | undefined {
  if (!flaps || now - since >= flappingWait) return undefined;
  return {
    by: 'flapping',
    reason: `flapping; notified if it stays open for ${formatDuration(flappingWait)}`,
  };
}
