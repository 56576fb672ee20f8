import { useMemo } from 'preact/hooks';
import type { AlertAnswer } from '../../../src/dashboards/model.ts';
import { mayOperate, pathOf, useAnswer } from '../api.ts';
import { clock, figure, length, shown, when } from '../format.ts';
import { alertsTick } from '../live.ts';
import { linkTo, place } from '../location.ts';
import { Empty, Figure, Panel, Problems, Severity, Status } from '../parts/basics.tsx';
import { Chart, type Series } from '../parts/chart.tsx';
import { type Explained, Explanation } from '../parts/explanation.tsx';
import { Handling } from '../parts/handling.tsx';

export function AlertPage() {
  const { id = '' } = place.value.params;
  const { answer, error } = useAnswer<AlertAnswer>(pathOf('/api/alert', { id }), alertsTick.value);
  // To explain replays the journal, so it is asked once for a page and not with each change.
  const explained = useAnswer<Explained>(pathOf('/explain', { alert: id }));
  return (
    <>
      <Problems error={error} problems={answer?.problems} />
      {answer === undefined && error === undefined && <Empty>Loading …</Empty>}
      {answer !== undefined && (
        <>
          <Heading answer={answer} />
          <Values answer={answer} explained={explained.answer} />
          <Handling alert={answer.alert} />
          <Evidence answer={answer} />
          <Changes answer={answer} />
          <Panel title="Why" wide note="by a replay of the journal">
            <Problems error={explained.error} />
            {explained.loading && explained.error === undefined && <Empty>The journal is replayed …</Empty>}
            {explained.answer !== undefined && <Explanation of={explained.answer} />}
          </Panel>
        </>
      )}
    </>
  );
}

interface Part {
  answer: AlertAnswer;
}

function Heading({ answer: { alert, rule } }: Part) {
  const { severity, status, start, end, message, reason, value, peak, condition } = alert;
  const number = (of: number) => figure(Number(of.toPrecision(4)));
  const around = { from: String(start - 300_000), to: end === undefined ? undefined : String(end + 300_000) };
  const group = rule?.where ? { q: rule.where } : {};
  return (
    <>
      <h1>
        {shown(alert.rule)} {alert.group !== '' && <small>{shown(alert.group)}</small>}
      </h1>
      <p class="badges">
        <Severity of={severity} /> <Status of={status} ended={end !== undefined} />
        {alert.flapping && <span class="badge">flapping</span>}
        {alert.late && <span class="badge">raised by late events</span>}
        {alert.withdrawn && <span class="badge">withdrawn</span>}
      </p>
      <p class="lead">{shown(message)}</p>
      <p>{shown(reason)}</p>
      {alert.corrected !== undefined && <p>{shown(alert.corrected)}</p>}
      <dl class="figures">
        {value !== undefined && <Figure name="Value" value={number(value)} />}
        {peak !== undefined && <Figure name="Peak" value={number(peak)} />}
        <Figure name="Condition" value={shown(condition)} />
        <Figure name="Began" value={when(start)} />
        <Figure
          name={end === undefined ? 'Open for' : 'Lasted'}
          value={length((end ?? Date.now()) - start)}
        />
      </dl>
      <p class="actions">
        <a class="button" href={linkTo('logs', { ...around, ...group })}>
          Logs around it
        </a>
        {mayOperate.value && rule !== undefined && (
          <a class="button" href={linkTo('rules', { edit: rule.name })}>
            Change the rule
          </a>
        )}
        {isWeb(alert.url) && (
          <a class="button" href={alert.url} rel="noreferrer">
            Events in Kibana
          </a>
        )}
        {isWeb(alert.runbook) && (
          <a class="button" href={alert.runbook} rel="noreferrer">
            Runbook
          </a>
        )}
      </p>
    </>
  );
}

/** A rule or a link of the configuration may be anything; only addresses of the web become links. */
const isWeb = (url: string | undefined): url is string => url !== undefined && /^https?:\/\//.test(url);

/** The value against its threshold: recorded windows, and what the replay has observed where it knows more. */
function Values({ answer, explained }: Part & { explained: Explained | undefined }) {
  const { alert, values } = answer;
  const points = useMemo(() => {
    const replayed = (explained?.windows ?? []).filter(({ early }) => !early);
    const all =
      replayed.length > values.length ? replayed.map(({ end: at, value }) => ({ at, value })) : values;
    return all.toSorted((one, other) => one.at - other.at);
  }, [values, explained]);
  const series = useMemo<Series[]>(
    () => [
      { name: 'value', colour: '--accent', kind: 'steps', values: points.map(({ value }) => value ?? null) },
      ...(alert.threshold === undefined
        ? []
        : [
            {
              ...({ name: 'threshold', colour: '--error', kind: 'dashed' } as const),
              values: points.map(() => alert.threshold!),
            },
          ]),
    ],
    [points, alert.threshold],
  );
  const times = useMemo(() => points.map(({ at }) => at), [points]);
  const span = { from: alert.start, to: alert.end ?? Date.now() };
  return (
    <Panel title="Value against its threshold" wide note={shown(alert.condition)}>
      {points.length < 2 ? (
        <Empty>
          {points.length === 0
            ? 'No window of this group is recorded; the replay of the journal below may know them.'
            : 'One window is recorded so far.'}
        </Empty>
      ) : (
        <Chart
          label="Value of the rule over time"
          times={times}
          series={series}
          height={180}
          spans={[span]}
        />
      )}
    </Panel>
  );
}

function Evidence({ answer: { alert } }: Part) {
  const { samples, omitted } = alert;
  return (
    <Panel
      title="Evidence"
      wide
      note={omitted > 0 ? `${omitted} more lines between the first and the last` : undefined}
    >
      {samples.length === 0 && (
        <Empty>This alert has no lines: it is about what did not happen, or they are not written yet.</Empty>
      )}
      <ol class="lines">
        {samples.map(({ at, message, host, value }, number) => (
          <li key={number}>
            <time>{clock(at)}</time>
            {host !== undefined && <span class="host">{shown(host)}</span>}
            {value !== undefined && <span class="value">{shown(value)}</span>}
            <code>{shown(message)}</code>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Changes({ answer: { alert, changes, rule } }: Part) {
  const { suppressed = [], notified = [] } = alert;
  const notifies =
    rule === undefined ? undefined : rule.notify.length > 0 ? rule.notify.join(', ') : 'by the routes';
  return (
    <Panel title="Changes" wide note={notifies && `notifies ${shown(notifies)}`}>
      {changes.length === 0 && <Empty>No change is written yet.</Empty>}
      <ol class="changes">
        {changes.map(({ at, from, to, reason }, number) => (
          <li key={number}>
            <time>{when(at)}</time>
            <span>
              <Status of={from} /> → <Status of={to} />
            </span>
            <span>{shown(reason)}</span>
          </li>
        ))}
        {notified.map(({ at, notifier, status, refused }, number) => (
          <li key={`n${number}`}>
            <time>{when(Date.parse(at))}</time>
            <span class="badge">{refused === undefined ? 'notified' : 'refused'}</span>
            <span>
              {shown(notifier)} {refused === undefined ? 'accepted' : 'did not accept'} the message that it is{' '}
              {shown(status)}
              {refused !== undefined && `: ${shown(refused)}`}
            </span>
          </li>
        ))}
        {suppressed.map(({ at, by, reason, notifier }, number) => (
          <li key={`s${number}`}>
            <time>{when(Date.parse(at))}</time>
            <span class="badge">{shown(by)}</span>
            <span>
              {shown(notifier)} was not notified: {shown(reason)}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
