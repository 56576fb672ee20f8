import type { KibanaConfig } from '../config/outputs.ts';
import type { Millis, Scalar } from '../model.ts';

/** What to look at in Discover. */
export interface Look {
  /** The rule's filter, in KQL that Kibana understands. */
  query: string;
  /** Fields that the rule groups by; those without a value in `by` are missing in the group's events. */
  names: readonly string[];
  by: Readonly<Record<string, Scalar>>;
  window: { start: Millis; end: Millis };
}

/** Kibana makes this data view itself, as does logboom's own set of dashboards. */
const dataView = 'logs-*';

/** Address of Discover showing the events of exactly one window and group. Undefined where Kibana's is not known. */
export function discoverLink({ url, space }: KibanaConfig, look: Look): string | undefined {
  if (url === undefined) return undefined;
  const { start, end } = look.window;
  // Discover's range includes its end, a window does not.
  const time = `(from:${rison(iso(start))},to:${rison(iso(end - 1))})`;
  const query = `(language:kuery,query:${rison(kqlOf(look))})`;
  const base = url.replace(/\/+$/, '') + (space === undefined ? '' : `/s/${encodeURIComponent(space)}`);
  const global = encodeURIComponent(`(filters:!(),refreshInterval:(pause:!t,value:60000),time:${time})`);
  const app = encodeURIComponent(
    `(columns:!(),filters:!(),index:${rison(dataView)},interval:auto,query:${query})`,
  );
  return `${base}/app/discover#/?_g=${global}&_a=${app}`;
}

function kqlOf({ query, names, by }: Look): string {
  const fields = Object.keys(by).length === 0 && names.length > 1 ? [] : names;
  const filters = fields.map((name) => filterOn(name, by[name]));
  const where = query.trim() === '' ? [] : [`(${query})`];
  return [...where, ...filters].join(' and ');
}

function filterOn(name: string, value: Scalar | undefined): string {
  if (value === undefined || value === null) return `not ${name}: *`;
  if (typeof value !== 'string') return `${name}: ${value}`;
  return `${name}: "${value.replace(/["\\]/g, '\\$&')}"`;
}

/** A text in Rison, the notation of Kibana's addresses. */
function rison(text: string): string {
  return `'${text.replace(/[!']/g, '!$&')}'`;
}

function iso(time: Millis): string {
  return new Date(time).toISOString();
}
