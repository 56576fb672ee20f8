import { useMemo } from 'preact/hooks';
import type { AlertsAnswer, Traffic } from '../../../src/dashboards/model.ts';
import { pathOf, useAnswer } from '../api.ts';
import { count, figure, length, percent, shown, size } from '../format.ts';
import { alertsTick, eventsTick } from '../live.ts';
import { change, isRecent, linkTo, range } from '../location.ts';
import { AlertList } from '../parts/alert-list.tsx';
import { Empty, Figure, Panel, Problems } from '../parts/basics.tsx';
import { Chart, type Series } from '../parts/chart.tsx';
import { quoted, TopList } from '../parts/top-list.tsx';

export function Overview() {
  const { from, to } = range.value;
  const tick = isRecent.value ? eventsTick.value : 0;
  const traffic = useAnswer<Traffic>(pathOf('/api/stats', { from, to }), tick);
  const alerts = useAnswer<AlertsAnswer>(
    pathOf('/api/alerts', { state: 'open', limit: 10 }),
    alertsTick.value,
  );
  const now = traffic.answer;
  return (
    <>
      <h1>Overview</h1>
      <Problems error={traffic.error ?? alerts.error} problems={now?.problems} />
      {now === undefined && traffic.error === undefined && <Empty>Loading …</Empty>}
      {now !== undefined && <Figures traffic={now} open={alerts.answer?.total} />}
      {now !== undefined && now.events === 0 && (
        <Empty>
          No events in this time. Choose a longer one above, or see <a href={linkTo('pipeline')}>Pipeline</a>{' '}
          for whether anything arrives.
        </Empty>
      )}
      {alerts.answer !== undefined && alerts.answer.total > 0 && (
        <Panel title="Open alerts" wide note={<a href={linkTo('alerts')}>all alerts</a>}>
          <AlertList alerts={alerts.answer.alerts} />
        </Panel>
      )}
      {now !== undefined && now.events > 0 && <Charts traffic={now} />}
      {now !== undefined && now.events > 0 && <Tops traffic={now} />}
    </>
  );
}

function Figures({ traffic, open }: { traffic: Traffic; open: number | undefined }) {
  const { events, errors, bytes, from, to, bars } = traffic;
  const last = bars.findLast(({ p95 }) => p95 !== undefined)?.p95;
  const share = events === 0 ? 0 : errors / events;
  return (
    <dl class="figures">
      <Figure name="Events" value={count(events)} />
      <Figure
        name="Events a second"
        value={figure(Number(((events / (to - from)) * 1_000).toPrecision(3)))}
      />
      <Figure
        name="Errors"
        value={`${count(errors)} · ${percent(share)}`}
        tone={share > 0.05 ? 'bad' : undefined}
      />
      <Figure name="Bytes" value={size(bytes)} />
      {last !== undefined && <Figure name="Latency, 95th percentile" value={length(last)} />}
      <Figure name="Open alerts" value={String(open ?? '–')} tone={(open ?? 0) > 0 ? 'bad' : undefined} />
    </dl>
  );
}

/** A slash at the beginning would begin a pattern. */
const sectionQuery = (section: string) =>
  section === '/' ? 'url.path: *' : `url.path: \\${section.replace(/[\\():<>"*{}\s]/g, '\\$&')}/*`;

const zoom = (from: number, to: number) => change({ from: String(from), to: String(to) });

function Charts({ traffic }: { traffic: Traffic }) {
  const { bars, interval, statuses, levels } = traffic;
  const times = useMemo(() => bars.map(({ at }) => at), [bars]);
  const perSecond = 1_000 / interval;
  const rates = useMemo<Series[]>(
    () => [
      // Each bar holds those drawn after it, so that errors stand at the bottom.
      {
        name: 'others',
        colour: '--other',
        kind: 'bars',
        values: bars.map(({ events }) => events * perSecond),
      },
      {
        ...{ name: 'warnings and errors', colour: '--warning', kind: 'bars' },
        values: bars.map(({ errors, warnings }) => (errors + warnings) * perSecond),
      },
      {
        name: 'errors',
        colour: '--error',
        kind: 'bars',
        values: bars.map(({ errors }) => errors * perSecond),
      },
    ],
    [bars, perSecond],
  );
  const latency = useMemo<Series[]>(
    () => [
      {
        name: '95th percentile',
        colour: '--accent',
        kind: 'line',
        values: bars.map(({ p95 }) => p95 ?? null),
      },
      { name: 'median', colour: '--muted', kind: 'line', values: bars.map(({ p50 }) => p50 ?? null) },
    ],
    [bars],
  );
  const hasLatency = bars.some(({ p95 }) => p95 !== undefined);
  return (
    <div class="grid two">
      <Panel title="Events a second" note={<Legend />}>
        <Chart
          label="Events a second over time, errors and warnings apart"
          times={times}
          series={rates}
          onSelect={zoom}
        />
      </Panel>
      {hasLatency && (
        <Panel title="Latency" note="95th percentile and median">
          <Chart label="Latency over time" times={times} series={latency} format={length} onSelect={zoom} />
        </Panel>
      )}
      <Mix
        title="Status"
        parts={Object.entries(statuses).filter(([, events]) => events > 0)}
        query={(name) =>
          `http.response.status_code >= ${name[0]}00 and http.response.status_code < ${Number(name[0]) + 1}00`
        }
        empty="No HTTP status in these events."
      />
      {levels.length > 0 && (
        <Mix
          title="Levels"
          parts={levels.map(({ value, events }) => [value, events])}
          query={(name) => `log.level: ${quoted(name)}`}
          empty=""
        />
      )}
    </div>
  );
}

const Legend = () => (
  <span class="legend">
    <i class="error" /> errors <i class="warning" /> warnings <i class="other" /> others
  </span>
);

interface MixProps {
  title: string;
  parts: [name: string, events: number][];
  query: (name: string) => string;
  empty: string;
}

/** Shares of a whole. */
function Mix({ title, parts, query, empty }: MixProps) {
  const all = parts.reduce((sum, [, events]) => sum + events, 0);
  return (
    <Panel title={title}>
      {all === 0 && <Empty>{empty}</Empty>}
      <ul class="mix">
        {parts.map(([name, events]) => (
          <li key={name}>
            <a href={linkTo('logs', { q: query(name) })}>
              <span class={`swatch s${toneOf(name)}`} /> {shown(name)}
              <span class="amount">
                {count(events)} · {percent(events / all)}
              </span>
              <meter class={toneOf(name)} min={0} max={all} value={events} aria-hidden="true" />
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function toneOf(name: string): string {
  if (/^(5xx|error|err|critical|crit|fatal|alert|emerg|emergency|panic)$/i.test(name)) return 'error';
  return /^(4xx|warn|warning)$/i.test(name) ? 'warning' : 'other';
}

function Tops({ traffic: { tops, slowest, changes } }: { traffic: Traffic }) {
  return (
    <div class="grid three">
      <TopList
        title="Sections"
        entries={tops.sections}
        query={sectionQuery}
        empty="No paths of requests in these events."
      />
      <TopList
        title="Paths"
        entries={tops.paths}
        field="url.path"
        empty="No paths of requests in these events."
      />
      <TopList
        title="Clients"
        entries={tops.clients}
        field="source.address"
        empty="No clients in these events."
      />
      <TopList title="Hosts" entries={tops.hosts} field="host.name" empty="No hosts in these events." />
      {tops.services.length > 0 && (
        <TopList title="Services" entries={tops.services} field="service.name" empty="" />
      )}
      {slowest.length > 0 && (
        <TopList title="Slowest paths" entries={slowest} field="url.path" empty="" slow />
      )}
      <Panel title="New and growing" note="against the time before">
        {changes.length === 0 && (
          <Empty>Nothing is new or twice as frequent, or nothing was there before.</Empty>
        )}
        <ol class="top">
          {changes.slice(0, 10).map(({ field, value, before, now }) => (
            <li key={`${field} ${value}`}>
              <a href={linkTo('logs', { q: `${field}: ${quoted(value)}` })}>
                <span class="name">{shown(value)}</span>
                <span class="rest">{field}</span>
                <span class="amount">
                  {before === 0 ? `new, ${count(now)}` : `${count(before)} → ${count(now)}`}
                </span>
              </a>
            </li>
          ))}
        </ol>
      </Panel>
    </div>
  );
}
