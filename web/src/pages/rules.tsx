import { useState } from 'preact/hooks';
import type { RuleRow } from '../../../src/dashboards/model.ts';
import { mayOperate, useAnswer } from '../api.ts';
import { clock, count, figure, length, percent, shown } from '../format.ts';
import { alertsTick, eventsTick } from '../live.ts';
import { change, isRecent, linkTo, place } from '../location.ts';
import { Empty, Panel, Problems, Severity } from '../parts/basics.tsx';
import { memo } from '../parts/memo.ts';
import { RuleForm } from '../parts/rule-form.tsx';
import { Head, Scroll } from '../parts/table.tsx';

const columns = [
  ...['Rule', 'Condition', 'Severity', 'Notifies'],
  ...['Last value', 'Open', 'Groups', 'Late', 'Verdicts', 'Cost'],
];
/** Places of the columns with numbers. */
const numbers = [4, 5, 6, 7, 8, 9];

export function Rules() {
  const tick = alertsTick.value + (isRecent.value ? eventsTick.value : 0);
  const { answer, error } = useAnswer<{ rules: RuleRow[] }>('/api/rules', tick);
  const { find: linked = '', edit, add } = place.value.params;
  const [find, setFind] = useState(linked);
  const rules = answer?.rules ?? [];
  const found = rules.filter((rule) => textOf(rule).includes(find.toLowerCase()));
  const cost = rules.reduce((sum, { state }) => sum + (state?.cost ?? 0), 0);
  return (
    <>
      <h1>Rules</h1>
      <Problems error={error} />
      <div class="filters">
        {rules.length > 0 && (
          <label>
            Find
            <input
              type="search"
              value={find}
              placeholder="name, condition, field"
              onInput={({ currentTarget: { value } }) => setFind(value)}
              onChange={() => change({ find })}
            />
          </label>
        )}
        {mayOperate.value && edit === undefined && add === undefined && (
          <button type="button" onClick={() => change({ add: 'yes' })}>
            New rule …
          </button>
        )}
      </div>
      {(edit !== undefined || add !== undefined) && (
        <RuleForm key={`${edit} ${add}`} name={edit} begin={add === 'yes' ? undefined : add} />
      )}
      {answer !== undefined && rules.length === 0 && (
        <Empty>
          No rule is configured. A line in <a href={linkTo('logs')}>Logs</a> opens to “Alert on this”, which
          writes one.
        </Empty>
      )}
      {rules.length > 0 && (
        <Panel title={titleOf(rules, found)} wide note="counts and cost are since the start of the server">
          <Scroll label="Rules">
            <table class="rules">
              <Head columns={columns} numbers={numbers} />
              <tbody>
                {found.map((rule) => (
                  <Row key={rule.name} rule={rule} all={cost} />
                ))}
              </tbody>
            </table>
          </Scroll>
        </Panel>
      )}
    </>
  );
}

const textOf = ({ name, description, where, when = '', measure, by }: RuleRow) =>
  [name, description, where, measure, when, ...by].join(' ').toLowerCase();

function titleOf(rules: readonly RuleRow[], found: readonly RuleRow[]): string {
  const all = `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`;
  return found.length === rules.length ? all : `${found.length} of ${all}`;
}

/** `all`: the cost of all rules together. There may be a thousand rows, so a row is drawn again only when one of the two changes. */
const Row = memo(drawRow, (before, after) => before.rule === after.rule && before.all === after.all);

function drawRow({ rule, all }: { rule: RuleRow; all: number }) {
  const { name, description, enabled, kind, where, measure, when, by, severity, notify, open, state } = rule;
  const number = (value: number | undefined) => (value === undefined ? '–' : count(value));
  return (
    <tr class={open > 0 ? 'open' : enabled ? '' : 'disabled'}>
      <th scope="row">
        <a href={linkTo('alerts', { rule: name })}>{shown(name)}</a>
        {!enabled && <span class="badge">off</span>}
        {mayOperate.value && (
          <button
            type="button"
            class="plain"
            aria-label={`Change ${name}`}
            onClick={() => {
              change({ edit: name, add: undefined });
              scrollTo({ top: 0 });
            }}
          >
            Change
          </button>
        )}
        {description !== '' && <span class="note">{shown(description)}</span>}
      </th>
      <td>
        <span class="badge">{kind}</span> <code>{shown(`${measure} ${when ?? '(only counts)'}`)}</code>
        {where !== '' && (
          <a class="where" href={linkTo('logs', { q: where })}>
            <code>{shown(where)}</code>
          </a>
        )}
        {by.length > 0 && <span class="note">by {shown(by.join(', '))}</span>}
      </td>
      <td>
        <Severity of={severity} />
      </td>
      <td>{notify.length > 0 ? shown(notify.join(', ')) : 'by the routes'}</td>
      <td class="number">
        <Latest rule={rule} />
      </td>
      <td class="number">{open}</td>
      <td class="number">{number(state?.groups)}</td>
      <td class="number">{state === undefined ? '–' : count(state.late + state.corrected)}</td>
      <td class="number">
        <Verdicts of={rule.verdicts} />
      </td>
      <td class="number" title={state && `${length(state.cost)} of CPU time, estimated from a sample`}>
        {state === undefined || all === 0 ? '–' : percent(state.cost / all)}
      </td>
    </tr>
  );
}

/** The last value beside its threshold. A bar shows the distance between them. */
function Latest({ rule: { latest, measure } }: { rule: RuleRow }) {
  if (latest === undefined) return <>–</>;
  const { at, group, groups, value, bounds = [], holds } = latest;
  const number = (of: number) => figure(Number(of.toPrecision(4)));
  const bound = bounds[0];
  const share = bound === undefined || bound <= 0 ? undefined : Math.min(1, Math.max(0, value / (2 * bound)));
  const where = group === '' ? '' : `, group ${shown(group)}${groups > 1 ? ` of ${groups}` : ''}`;
  return (
    <span class={holds ? 'latest bad' : 'latest'} title={`${shown(measure)} at ${clock(at)}${where}`}>
      <b>{number(value)}</b>
      {bounds.length > 0 && <small> of {bounds.map(number).join('..')}</small>}
      {share !== undefined && (
        <svg class="gauge" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect class="ground" width="100" height="6" />
          <rect class="value" width={100 * share} height="6" />
          <rect class="bound" x="49" width="2" height="6" />
        </svg>
      )}
    </span>
  );
}

/** Precision is the share of judged alerts that were right, recall the share of incidents that had an alert. */
function Verdicts({ of }: { of: RuleRow['verdicts'] }) {
  if (of === undefined) return <>–</>;
  const { true: right, false: wrong, missed } = of;
  const words = `${right} right, ${wrong} wrong, ${missed} missed`;
  const share = (part: number, whole: number) => (whole === 0 ? '–' : percent(part / whole));
  return (
    <span title={words}>
      <span class="note">precision</span> {share(right, right + wrong)}
      <br />
      <span class="note">recall</span> {share(right, right + missed)}
    </span>
  );
}
