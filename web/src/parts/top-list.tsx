import type { TopEntry } from '../../../src/dashboards/model.ts';
import { count, length, percent, shown, size } from '../format.ts';
import { linkTo } from '../location.ts';
import { Empty, Panel } from './basics.tsx';

/** A value in KQL, as it must be written to be read as exactly that. */
export const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;

interface TopList {
  title: string;
  entries: readonly TopEntry[];
  /** Field whose values these are: a click searches for them. */
  field?: string;
  /** KQL for a value, where it is not `field: "value"`. */
  query?: (value: string) => string;
  /** What is missing where there are none. */
  empty: string;
  slow?: boolean;
}

/** Values by their number of events, each with a bar. */
export function TopList({ title, entries, field = '', query, empty, slow }: TopList) {
  const amount = (entry: TopEntry) => (slow ? (entry.duration ?? 0) : entry.events);
  const most = Math.max(1, ...entries.map(amount));
  return (
    <Panel title={title}>
      {entries.length === 0 && <Empty>{empty}</Empty>}
      {entries.length > 0 && (
        <ol class="top">
          {entries.slice(0, 10).map((entry) => {
            const { value, events, errors, bytes, duration } = entry;
            const rest = [
              ...(errors > 0 ? [`${percent(errors / events)} errors`] : []),
              ...(bytes > 0 ? [size(bytes)] : []),
              ...(duration !== undefined && !slow ? [length(duration)] : []),
              ...(slow ? [`${count(events)} events`] : []),
            ];
            return (
              <li key={value}>
                <a
                  href={linkTo('logs', { q: query?.(value) ?? `${field}: ${quoted(value)}` })}
                  title={shown(value)}
                >
                  <span class="name">{shown(value)}</span>
                  <span class="rest">{rest.join(' · ')}</span>
                  <span class="amount">{slow ? length(duration ?? 0) : count(events)}</span>
                  <meter min={0} max={most} value={amount(entry)} aria-hidden="true" />
                </a>
              </li>
            );
          })}
        </ol>
      )}
    </Panel>
  );
}
