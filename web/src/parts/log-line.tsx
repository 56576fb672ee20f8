import { useState } from 'preact/hooks';
import type { ContextAnswer, LogRow } from '../../../src/dashboards/model.ts';
import { mayOperate, pathOf, useAnswer } from '../api.ts';
import { day, millis, shown } from '../format.ts';
import { change, goTo, place } from '../location.ts';
import { Notes, Problems } from './basics.tsx';
import { memo } from './memo.ts';
import { ruleFrom } from './rule-from-line.ts';
import { quoted } from './top-list.tsx';

interface LogLineProps {
  row: LogRow;
  open: boolean;
  toggle: () => void;
}

/** A line of the list, which opens to its fields. */
export const LogLine = memo(
  ({ row, open, toggle }: LogLineProps) => {
    const { at, kind, level, status, service, host, dataset, message } = row;
    return (
      <li class={`${kind}${open ? ' opened' : ''}`}>
        <button type="button" class="line" aria-expanded={open} onClick={toggle}>
          <time title={day(at)}>{millis(at)}</time>
          <span class="level">{shown(level ?? (status === undefined ? '' : String(status)))}</span>
          <span class="from">{shown(service ?? host ?? dataset ?? '')}</span>
          <span class="text">{shown(message)}</span>
        </button>
        {open && <Details row={row} />}
      </li>
    );
  },
  (before, after) => before.row.id === after.row.id && before.open === after.open,
);

/** Adds to the query of the page. */
function narrow(field: string, value: string, not: boolean): void {
  const { q = '' } = place.value.params;
  const one = `${not ? 'not ' : ''}${field}: ${quoted(value)}`;
  change({ q: q === '' ? one : `${/\bor\b/i.test(q) ? `(${q})` : q} and ${one}` });
}

/** Pairs of a name with dots and a text. */
function fieldsOf(source: unknown, prefix = ''): [string, string][] {
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    return [[prefix, typeof source === 'string' ? source : JSON.stringify(source)]];
  return Object.entries(source).flatMap(([name, value]) =>
    fieldsOf(value, prefix === '' ? name : `${prefix}.${name}`),
  );
}

function Details({ row }: { row: LogRow }) {
  const [view, setView] = useState<'fields' | 'context' | 'rule'>('fields');
  const views = { fields: 'Fields', context: 'Lines around it', rule: 'Alert on this' } as const;
  return (
    <div class="details">
      <div class="tabs">
        {Object.entries(views).map(([name, title]) => (
          <button
            key={name}
            type="button"
            aria-pressed={view === name}
            onClick={() => setView(name as keyof typeof views)}
          >
            {title}
          </button>
        ))}
      </div>
      {view === 'fields' && <Fields row={row} />}
      {view === 'context' && <Context id={row.id} />}
      {view === 'rule' && <RuleText row={row} />}
    </div>
  );
}

function Fields({ row }: { row: LogRow }) {
  return (
    <table class="fields">
      <tbody>
        {fieldsOf(row.source)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{shown(name)}</th>
              <td>
                <code>{shown(value)}</code>
              </td>
              <td class="narrow">
                <button
                  type="button"
                  class="plain"
                  aria-label={`Only ${name} of this value`}
                  onClick={() => narrow(name, value, false)}
                >
                  +
                </button>
                <button
                  type="button"
                  class="plain"
                  aria-label={`Not ${name} of this value`}
                  onClick={() => narrow(name, value, true)}
                >
                  −
                </button>
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function Context({ id }: { id: string }) {
  const { answer, error } = useAnswer<ContextAnswer>(pathOf('/api/logs/context', { id, limit: 15 }));
  if (answer === undefined)
    return error === undefined ? <p class="empty">Loading …</p> : <Problems error={error} />;
  return (
    <>
      <Problems problems={answer.problems} />
      <Notes of={answer.notes} />
      <ol class="lines">
        {[...answer.before, answer.line, ...answer.after].map((row) => (
          <li key={row.id} class={row.id === id ? 'this' : row.kind}>
            <time>{millis(row.at)}</time>
            <code>{shown(row.message)}</code>
          </li>
        ))}
      </ol>
    </>
  );
}

function RuleText({ row }: { row: LogRow }) {
  const text = ruleFrom(row);
  return (
    <>
      <p>
        A rule for lines like this one. Put it under <code>rules:</code> and apply it with{' '}
        <code>logboom reload</code>
        {mayOperate.value ? ', or try it on the journal and save it here.' : '.'}
      </p>
      <pre>{shown(text).replaceAll('\\u000a', '\n')}</pre>
      <div class="actions">
        {mayOperate.value && (
          <button type="button" onClick={() => goTo('rules', { add: text })}>
            Try it on the journal …
          </button>
        )}
        <button type="button" onClick={() => void navigator.clipboard?.writeText(text)}>
          Copy
        </button>
      </div>
    </>
  );
}
