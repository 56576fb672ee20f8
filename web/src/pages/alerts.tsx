import { useState } from 'preact/hooks';
import type { AlertRow, AlertsAnswer, RuleRow } from '../../../src/dashboards/model.ts';
import { mayOperate, pathOf, post, useAnswer } from '../api.ts';
import { length, shown, when } from '../format.ts';
import { alertsTick } from '../live.ts';
import { change, linkTo, place, range } from '../location.ts';
import { AlertList } from '../parts/alert-list.tsx';
import { Empty, Panel, Problems } from '../parts/basics.tsx';
import { personName } from '../parts/person.tsx';
import { Head, Scroll } from '../parts/table.tsx';

const severities = ['critical', 'high', 'medium', 'low', 'info'];

export function Alerts() {
  const { from, to } = range.value;
  const { severity, rule, offset } = place.value.params;
  const asked = { from, to, severity, rule, offset, limit: 100 };
  const { answer, error } = useAnswer<AlertsAnswer>(pathOf('/api/alerts', asked), alertsTick.value);
  const alerts = answer?.alerts ?? [];
  const open = alerts.filter(({ end }) => end === undefined);
  const past = alerts.filter(({ end }) => end !== undefined);
  return (
    <>
      <h1>Alerts</h1>
      <div class="filters">
        <label>
          Severity
          <select
            value={severity ?? ''}
            onChange={({ currentTarget: { value } }) => change({ severity: value, offset: undefined })}
          >
            <option value="">all</option>
            {severities.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        {rule !== undefined && (
          <button type="button" class="plain" onClick={() => change({ rule: undefined })}>
            Rule {shown(rule)} ✕
          </button>
        )}
      </div>
      <Problems error={error} problems={answer?.problems} />
      {answer !== undefined && alerts.length > 0 && (
        <Panel title="Timeline" wide>
          <Timeline alerts={alerts} />
        </Panel>
      )}
      <Panel title={`Open (${open.length})`} wide>
        {answer !== undefined && open.length === 0 && <Empty>No alert is open.</Empty>}
        <AlertList alerts={open} />
      </Panel>
      <Panel title="Past" wide note={answer && `${answer.total - open.length} in this time`}>
        {answer !== undefined && past.length === 0 && (
          <Empty>
            No alert ended in this time. <a href={linkTo('rules')}>Rules</a> shows what is watched.
          </Empty>
        )}
        <AlertList alerts={past} />
        <div class="actions">
          {offset !== undefined && (
            <button type="button" onClick={() => change({ offset: undefined })}>
              To the newest
            </button>
          )}
          {answer?.next !== undefined && (
            <button type="button" onClick={() => change({ offset: String(answer.next) })}>
              Older alerts
            </button>
          )}
        </div>
      </Panel>
      <Silences />
      <Missed rule={rule} />
    </>
  );
}

const timelineRows = 12;

/** One row for each rule, with a bar for each of its alerts. */
function Timeline({ alerts }: { alerts: readonly AlertRow[] }) {
  const now = Date.now();
  const first = Math.min(...alerts.map(({ start }) => start));
  const last = Math.max(...alerts.map(({ end = now }) => end));
  const whole = Math.max(1, last - first);
  const rows = new Map<string, AlertRow[]>();
  for (const alert of alerts) rows.set(alert.rule, [...(rows.get(alert.rule) ?? []), alert]);
  const at = (time: number) => `${(((time - first) / whole) * 100).toFixed(2)}%`;
  return (
    <div class="timeline">
      {[...rows].slice(0, timelineRows).map(([rule, list]) => (
        <div class="row" key={rule}>
          <span class="name">{shown(rule)}</span>
          <span class="track">
            {list.map(({ id, start, end = now, severity, message }) => (
              <a
                key={id}
                class={`span ${severity}`}
                href={linkTo('alert', { id })}
                title={`${when(start)}, ${length(end - start)}: ${shown(message)}`}
                style={{
                  left: at(start),
                  width: `${Math.max(0.4, ((end - start) / whole) * 100).toFixed(2)}%`,
                }}
              >
                <span class="hidden">{`${rule} at ${when(start)}`}</span>
              </a>
            ))}
          </span>
        </div>
      ))}
      <div class="row scale">
        <span class="name">
          {rows.size > timelineRows ? `and ${rows.size - timelineRows} more rules` : ''}
        </span>
        <span class="track">
          <span>{when(first)}</span>
          <span>{when(last)}</span>
        </span>
      </div>
    </div>
  );
}

/** A form for an incident without an alert. `score --journal` counts it as missed by the rule. */
function Missed({ rule }: { rule: string | undefined }) {
  const [open, setOpen] = useState(false);
  const [noted, setNoted] = useState<string>();
  const [error, setError] = useState<string>();
  const { answer } = useAnswer<{ rules: RuleRow[] }>(open ? '/api/rules' : undefined);
  if (!mayOperate.value) return null;
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const body = {
      ...{ rule: text('rule'), group: text('group'), by: personName(), start: Date.parse(text('start')) },
      ...(text('end') !== '' && { end: Date.parse(text('end')) }),
      ...(text('comment') !== '' && { comment: text('comment') }),
    };
    try {
      await post('/api/alerts/missed', body);
      setNoted(`Noted: ${body.rule} missed an incident at ${when(body.start)}.`);
      setError(undefined);
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  return (
    <Panel title="Missed incidents" wide note="a rule that missed one has less recall">
      <Problems error={error} />
      {noted !== undefined && <p aria-live="polite">{shown(noted)}</p>}
      <div class="actions">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          An incident had no alert …
        </button>
      </div>
      {open && answer !== undefined && (
        <form class="form" onSubmit={send}>
          <label>
            Rule
            <select name="rule" value={rule}>
              {answer.rules.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            Group
            <input name="group" maxLength={1_000} placeholder="none" />
          </label>
          <label>
            Began
            <input name="start" type="datetime-local" step="1" required />
          </label>
          <label>
            Ended
            <input name="end" type="datetime-local" step="1" />
          </label>
          <label>
            Comment
            <input name="comment" maxLength={2_000} />
          </label>
          <button type="submit">Note it</button>
        </form>
      )}
    </Panel>
  );
}

interface Silence {
  id: string;
  state: string;
  matchers: string[];
  query?: string;
  author: string;
  comment: string;
  startsAt: string;
  endsAt: string;
  alerts: number;
}

function Silences() {
  const { answer, error } = useAnswer<{ silences: Silence[] }>('/api/silences', alertsTick.value);
  const current = (answer?.silences ?? []).filter(({ state }) => state !== 'expired');
  if (current.length === 0 && error === undefined) return null;
  const end = async (id: string) => {
    await post('/api/silences/expire', { ids: [id], by: personName() });
    alertsTick.value += 1;
  };
  return (
    <Panel title="Silences" wide>
      <Problems error={error} />
      <Scroll label="Silences">
        <table>
          <Head columns={['Matches', 'Alerts', 'Until', 'By', 'Comment', '']} unnamed="Action" />
          <tbody>
            {current.map(({ id, matchers, query, alerts, endsAt, author, comment }) => (
              <tr key={id}>
                <td>{shown([...matchers, ...(query ? [query] : [])].join(', '))}</td>
                <td class="number">{alerts}</td>
                <td>{when(Date.parse(endsAt))}</td>
                <td>{shown(author)}</td>
                <td>{shown(comment)}</td>
                <td>
                  {mayOperate.value && (
                    <button type="button" onClick={() => void end(id)}>
                      End
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}
