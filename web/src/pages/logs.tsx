import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LogRow, LogsAnswer } from '../../../src/dashboards/model.ts';
import { get, pathOf, useAnswer } from '../api.ts';
import { count, figure } from '../format.ts';
import { eventsTick } from '../live.ts';
import { change, isRecent, linkTo, place, range } from '../location.ts';
import { Empty, Notes, Panel, Problems } from '../parts/basics.tsx';
import { Chart, type Series } from '../parts/chart.tsx';
import { LogLine } from '../parts/log-line.tsx';

const pageSize = 200;

export function Logs() {
  const { from, to } = range.value;
  const { q = '' } = place.value.params;
  const asked = { q, from, to, limit: pageSize };
  const tick = isRecent.value ? eventsTick.value : 0;
  const { answer, error, loading } = useAnswer<LogsAnswer>(pathOf('/api/logs', asked), tick);
  return (
    <>
      <h1>Logs</h1>
      <Search query={q} />
      <Problems error={error} problems={answer?.problems} />
      {answer?.histogram !== undefined && <Histogram answer={answer} />}
      {answer === undefined && loading && error === undefined && <Empty>Searching …</Empty>}
      {answer !== undefined && (
        <p class="status" aria-live="polite">
          {count(answer.total)} events{isRecent.value ? ', newest first' : ' in this time, newest first'}
        </p>
      )}
      <Notes of={answer?.notes} />
      {answer !== undefined && answer.total === 0 && <Nothing query={q} />}
      {answer !== undefined && <Rows key={JSON.stringify(asked)} first={answer} query={q} />}
    </>
  );
}

function Search({ query }: { query: string }) {
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);
  return (
    <search>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          change({ q: text.trim() });
        }}
      >
        <input
          type="search"
          aria-label="Search in KQL"
          placeholder="KQL: log.level >= error and not url.path: /health   (press / to search)"
          value={text}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget: { value } }) => setText(value)}
        />
        <button type="submit">Search</button>
      </form>
    </search>
  );
}

function Nothing({ query }: { query: string }) {
  return (
    <Empty>
      {query === '' ? 'No events in this time. ' : 'Nothing matches in this time. '}
      <button type="button" class="plain" onClick={() => change({ from: 'now-7d', to: undefined })}>
        Search the last 7 days
      </button>{' '}
      or see <a href={linkTo('pipeline')}>Pipeline</a> for whether anything arrives.
    </Empty>
  );
}

function Histogram({ answer: { histogram } }: { answer: LogsAnswer }) {
  const bars = histogram!.bars;
  const times = useMemo(() => bars.map(({ at }) => at), [bars]);
  const series = useMemo<Series[]>(
    () => [
      { name: 'others', colour: '--other', kind: 'bars', values: bars.map(({ events }) => events) },
      {
        ...{ name: 'warnings and errors', colour: '--warning', kind: 'bars' },
        values: bars.map(({ warnings, errors }) => warnings + errors),
      },
      { name: 'errors', colour: '--error', kind: 'bars', values: bars.map(({ errors }) => errors) },
    ],
    [bars],
  );
  return (
    <Panel title="Events over time" wide note="drag to choose a time">
      <Chart
        label="Number of events over time"
        times={times}
        series={series}
        height={110}
        format={(value) => figure(value)}
        onSelect={(from, to) => change({ from: String(from), to: String(to) })}
      />
    </Panel>
  );
}

/** The newest rows, which change while the page is live, and older ones that were asked for. */
function Rows({ first, query }: { first: LogsAnswer; query: string }) {
  const [older, setOlder] = useState<LogRow[]>([]);
  const [next, setNext] = useState<number>();
  const [error, setError] = useState<string>();
  const [opened, setOpened] = useState<string>();
  // While a line is open or older ones are shown, new events do not move the list.
  const [held, setHeld] = useState<LogsAnswer>();
  const top = held ?? first;
  const rows = useMemo(() => unique([...top.rows, ...older]), [top.rows, older]);
  const offset = older.length === 0 ? top.next : next;
  const toggle = (id: string) => {
    const opens = id !== opened;
    setOpened(opens ? id : undefined);
    setHeld(opens || older.length > 0 ? top : undefined);
  };
  const release = () => {
    setOpened(undefined);
    setOlder([]);
    setHeld(undefined);
  };
  const more = async () => {
    setHeld(top);
    const path = pathOf('/api/logs', { q: query, from: top.from, to: top.to, limit: 500, offset });
    try {
      const answer = await get<LogsAnswer>(path);
      setOlder((before) => [...before, ...answer.rows]);
      setNext(answer.next);
      setError(undefined);
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  return (
    <>
      {held !== undefined && isRecent.value && (
        <p class="note">
          The list stands still while a line is open or older ones are shown.{' '}
          <button type="button" class="plain" onClick={release}>
            Follow again
          </button>
        </p>
      )}
      <ol class="log">
        {rows.map((row) => (
          <LogLine key={row.id} row={row} open={row.id === opened} toggle={() => toggle(row.id)} />
        ))}
      </ol>
      <Problems error={error} />
      {offset !== undefined && (
        <div class="actions">
          <button type="button" onClick={() => void more()}>
            Older events
          </button>
        </div>
      )}
    </>
  );
}

function unique(rows: readonly LogRow[]): LogRow[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
