import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Comparison, RuleComparison } from '../../../src/replay/compare.ts';
import type { SavedRule, TriedRule } from '../../../src/telemetry/api/rule-edits.ts';
import { pathOf, post, useAnswer } from '../api.ts';
import { count, length, shown, verdictWords, when } from '../format.ts';
import { alertsTick } from '../live.ts';
import { change } from '../location.ts';
import { Empty, Panel, Problems } from './basics.tsx';
import { Head, Scroll } from './table.tsx';

interface Source {
  text: string;
  file: string;
  revision: string;
  mayNotSave?: string;
}

type Tried = Extract<TriedRule, { verdicts: unknown }> & { comparison: Comparison };
type Problem = Extract<TriedRule, { problems: unknown }>['problems'][number] & { file?: string };
type Outcome =
  | { kind: 'tried'; of: Tried; text: string }
  | { kind: 'problems'; problems: Problem[] }
  | { kind: 'saved'; of: Extract<SavedRule, { saved: string }> };

const close = () => change({ edit: undefined, add: undefined });

/** The text of a rule. It can be saved after it was tried on the journal. `begin`: the text of a new rule. */
export function RuleForm({ name, begin }: { name: string | undefined; begin: string | undefined }) {
  const { answer: source, error } = useAnswer<Source>(pathOf('/api/rules/source', { rule: name }));
  const [text, setText] = useState<string>();
  const [doing, setDoing] = useState<'try' | 'save'>();
  const [outcome, setOutcome] = useState<Outcome>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (source !== undefined) setText((known) => known ?? begin ?? source.text);
  }, [source, begin]);
  const ask = async (what: 'try' | 'save') => {
    setDoing(what);
    setFailure(undefined);
    try {
      const sent = { text, ...(name !== undefined && { replaces: name }), revision: source?.revision };
      const answer = await post<TriedRule | SavedRule>(`/api/rules/${what}`, sent);
      setOutcome(outcomeOf(answer, text!));
      if ('saved' in answer) alertsTick.value += 1;
    } catch (problem) {
      setFailure((problem as Error).message);
    }
    setDoing(undefined);
  };
  const wasTried = outcome?.kind === 'tried' && outcome.text === text;
  const title = name === undefined ? 'New rule' : `Change ${shown(name)}`;
  return (
    <Panel title={title} wide note={source && shown(source.file)}>
      <Problems error={error ?? failure} />
      {source === undefined && error === undefined && <Empty>Loading …</Empty>}
      {source !== undefined && text !== undefined && outcome?.kind !== 'saved' && (
        <form
          class="rule-form"
          onSubmit={(event) => {
            event.preventDefault();
            void ask('try');
          }}
        >
          <label>
            The rule in YAML, as in the configuration
            <textarea
              value={text}
              rows={Math.min(30, Math.max(8, text.split('\n').length + 1))}
              spellcheck={false}
              onInput={({ currentTarget: { value } }) => setText(value)}
            />
          </label>
          <div class="actions">
            <button type="submit" disabled={doing !== undefined}>
              {doing === 'try' ? 'The journal is replayed …' : 'Try on the journal'}
            </button>
            <button
              type="button"
              disabled={doing !== undefined || !wasTried || source.mayNotSave !== undefined}
              onClick={() => void ask('save')}
            >
              {doing === 'save' ? 'Saving …' : 'Save and apply'}
            </button>
            <button type="button" onClick={() => void navigator.clipboard?.writeText(text)}>
              Copy
            </button>
            <button type="button" class="plain" onClick={close}>
              Cancel
            </button>
          </div>
          <p class="note">{hintOf(source, wasTried)}</p>
        </form>
      )}
      <div aria-live="polite">
        {outcome?.kind === 'problems' && <ProblemList of={outcome.problems} />}
        {outcome?.kind === 'tried' && <Result of={outcome.of} stale={!wasTried} />}
        {outcome?.kind === 'saved' && <Saved of={outcome.of} />}
      </div>
    </Panel>
  );
}

function outcomeOf(answer: TriedRule | SavedRule, text: string): Outcome {
  if ('problems' in answer) return { kind: 'problems', problems: answer.problems };
  return 'saved' in answer ? { kind: 'saved', of: answer } : { kind: 'tried', of: answer as Tried, text };
}

function hintOf({ mayNotSave }: Source, wasTried: boolean): string {
  if (mayNotSave !== undefined)
    return `This server saves no rules (${shown(mayNotSave)}): copy the text into the file.`;
  return wasTried
    ? 'Saving writes the rule into its file and reloads the configuration. The rest of the file does not change.'
    : 'Try the rule in its present form before you save it.';
}

function ProblemList({ of }: { of: Problem[] }) {
  return (
    <div class="problems" role="alert">
      {of.map(({ path, line, file, message, remedy }, at) => (
        <p key={at}>
          {line !== undefined && <b>{file === undefined ? `Line ${line}` : `${shown(file)}:${line}`} </b>}
          {path !== '' && <code>{shown(path)}</code>} {shown(message)}{' '}
          <span class="note">{shown(remedy)}</span>
        </p>
      ))}
    </div>
  );
}

function Saved({ of: { saved, file, applied } }: { of: Extract<SavedRule, { saved: string }> }) {
  const also = [...applied.settings, ...applied.needsRestart.map((one) => `${one} (needs a restart)`)];
  return (
    <>
      <p class="lead">
        {shown(saved)} is in force, and stands in {shown(file)}.
      </p>
      {also.length > 0 && (
        <p class="note">The files had other changes, which were applied too: {also.join(', ')}.</p>
      )}
      <div class="actions">
        <button type="button" onClick={close}>
          Done
        </button>
      </div>
    </>
  );
}

/** The alerts of the rule over the journal, compared with those of the rule in force. */
function Result({ of: { comparison, verdicts }, stale }: { of: Tried; stale: boolean }) {
  const { from, to, events, rules, messagesAWeek } = comparison;
  const rows = useMemo(() => rules.flatMap((rule) => rowsOf(rule, verdicts)), [rules, verdicts]);
  if (from === undefined || to === undefined)
    return <Empty>The journal is empty: there is nothing to try the rule on.</Empty>;
  const sum = (side: 'before' | 'after') => rules.reduce((all, { alerts }) => all + alerts[side], 0);
  return (
    <div>
      <p class="lead">
        {sum('after') === 1 ? '1 alert' : `${count(sum('after'))} alerts`} within {length(to - from)} (
        {count(events)} events); the rule in force: {count(sum('before'))}.
        {messagesAWeek &&
          ` Messages a week: ${count(messagesAWeek.after)}, before grouping and limits; now ${count(messagesAWeek.before)}.`}
        {stale && ' The text was changed after that.'}
      </p>
      {rows.length === 0 && <p>The alerts are the same.</p>}
      {rows.length > 0 && (
        <Scroll label="Alerts that differ">
          <table>
            <Head columns={['', 'From', 'Lasts', 'Group', 'Reason', 'Verdict']} unnamed="Difference" />
            <tbody>
              {rows.slice(0, mostRows).map((row, at) => (
                <tr key={at}>
                  <td>
                    <span class={row.tone === '' ? 'badge' : `badge ${row.tone}`}>{row.what}</span>
                  </td>
                  <td>{when(row.start)}</td>
                  <td>{row.end === undefined ? 'to the end' : length(row.end - row.start)}</td>
                  <td>{shown(row.group)}</td>
                  <td>{shown(row.reason)}</td>
                  <td>{row.verdict}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {rows.length > mostRows && <p class="note">and {count(rows.length - mostRows)} more</p>}
    </div>
  );
}

const mostRows = 200;

interface Row {
  what: string;
  tone: string;
  start: number;
  end: number | undefined;
  group: string;
  reason: string;
  verdict: string;
}

function rowsOf({ gained, lost, moved }: RuleComparison, verdicts: Tried['verdicts']): Row[] {
  const verdictOf = (id: string) => verdicts.find((one) => one.id === id)?.verdict;
  const row = (
    what: string,
    one: RuleComparison['lost'][number],
    verdict: keyof typeof verdictWords | undefined,
    tone = '',
  ): Row => ({
    ...{ what, tone, start: one.start, end: one.end, group: one.group, reason: one.reason },
    verdict: verdict === undefined ? '' : verdictWords[verdict],
  });
  const missed = ({ group, start, end = Number.POSITIVE_INFINITY }: RuleComparison['lost'][number]) =>
    verdicts.some(
      (one) =>
        one.verdict === 'missed' &&
        one.group === group &&
        one.start < end &&
        start < (one.end ?? Number.POSITIVE_INFINITY),
    );
  return [
    ...lost.map((one) => row('lost', one, verdictOf(one.id), verdictOf(one.id) === 'true' ? 'bad' : '')),
    ...gained.map((one) => row('gained', one, missed(one) ? 'missed' : undefined, 'good')),
    ...moved.map(({ before, after }) => row('moved', after, verdictOf(before.id))),
  ];
}
