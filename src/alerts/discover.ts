import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { Millis, Scalar } from '../model.ts';
import { isLevelField, levelNames, levelRank } from '../util/levels.ts';

/** What Discover is to show. */
export interface View {
  /** The rule's filter, in KQL that Kibana understands. */
  query: string;
  /** Fields that the rule groups by; those without a value in `by` are missing in the group's events. */
  names: readonly string[];
  by: Readonly<Record<string, Scalar>>;
  group: string;
  window: { start: Millis; end: Millis };
  columns?: readonly string[];
}

/** Comes with `logboom kibana import`. */
const ownDataView = 'logboom-events';
/** The group `_other` of events beyond `maxGroups`: no filter selects it. */
const overflow = '_other';
/** A value that was shortened in the key, so that no event has it. */
const shortened = /…~[\w-]{16}$/;

/** Address of Discover showing the events of one group and span. Undefined where Kibana's is not known. */
export function discoverLink(
  { url, space, dataView = ownDataView }: DiscoverConfig,
  view: View,
): string | undefined {
  if (url === undefined) return undefined;
  const { start, end } = view.window;
  // Discover's range includes its end, a window does not.
  const time = `(from:${rison(iso(start))},to:${rison(iso(end - 1))})`;
  const query = `(language:kuery,query:${rison(kqlOf(view))})`;
  const base = url.replace(/\/+$/, '') + (space === undefined ? '' : `/s/${encodeURIComponent(space)}`);
  const global = encodeURIComponent(`(filters:!(),refreshInterval:(pause:!t,value:60000),time:${time})`);
  const app = encodeURIComponent(
    `(columns:!(${(view.columns ?? []).map(rison).join(',')}),filters:!(),index:${rison(dataView)},interval:auto,query:${query})`,
  );
  return `${base}/app/discover#/?_g=${global}&_a=${app}`;
}

function kqlOf({ query, names, by, group }: View): string {
  const where = query.trim() === '' ? [] : [`(${query})`];
  if (group === overflow) return where.join('');
  const filtered = names.filter((name) => !shortened.test(String(by[name])));
  return [...where, ...filtered.map((name) => filterOn(name, by[name]))].join(' and ');
}

function filterOn(name: string, value: Scalar | undefined): string {
  if (value === undefined || value === null) return `not ${name}: *`;
  if (typeof value !== 'string') return `${name}: ${value}`;
  // A group of a level holds events with any of its names.
  const rank = isLevelField(name) ? levelRank(value) : undefined;
  const values = rank === undefined ? [value] : levelNames((other) => other === rank);
  const quoted = values.map((one) => `"${one.replace(/["\\]/g, '\\$&')}"`);
  return `${name}: ${quoted.length === 1 ? quoted[0] : `(${quoted.join(' or ')})`}`;
}

/** A text in Rison, the notation of Kibana's addresses. */
function rison(text: string): string {
  return `'${text.replace(/[!']/g, '!$&')}'`;
}

function iso(time: Millis): string {
  return new Date(time).toISOString();
}
