import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../config/load/load.ts';
import { fromElastAlert } from '../../convert/elastalert.ts';
import { addNotifier } from '../../convert/elastalert-alerts.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import { ruleProblems } from '../../rules/problems.ts';
import { countOf } from '../../util/text.ts';
import { writeOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';

interface Configuration {
  notifiers: Record<string, Record<string, unknown>>;
  rules: Record<string, unknown>[];
}

/** `logboom convert elastalert FILE…`: 0 where all was converted, 1 where something was left out or differs. */
export async function convert(
  words: readonly string[],
  given: { write?: string | undefined },
  terminal: Terminal,
): Promise<number> {
  const [from, ...paths] = words;
  if (from !== 'elastalert')
    throw new LogboomError('USAGE', `Rules of \`${from ?? ''}\` cannot be converted. Known: elastalert.`);
  if (paths.length === 0)
    throw new LogboomError('USAGE', 'Name the files: logboom convert elastalert rules/*.yaml');
  const { configuration, remarks } = converted(paths);
  const text = stringify(configuration, { lineWidth: 120 });
  if (given.write === undefined) terminal.out(text.trimEnd());
  else writeOutput(given.write, text);
  const problems = problemsOf(text);
  for (const [path, lines] of remarks) for (const line of lines) terminal.err(`${path}: ${line}`);
  for (const line of problems) terminal.err(line);
  terminal.err(
    `${countOf(configuration.rules.length, 'rule')} of ${countOf(paths.length, 'file')}. Try them: logboom backtest FILE access.log`,
  );
  return remarks.size + problems.length === 0 ? 0 : 1;
}

function converted(paths: readonly string[]) {
  const configuration: Configuration = { notifiers: {}, rules: [] };
  const remarks = new Map<string, string[]>();
  for (const path of paths) {
    const { rules, notifiers, remarks: lines } = fromElastAlert(read(path));
    const renamed = addNotifiers(configuration.notifiers, notifiers);
    configuration.rules.push(...rules.map((rule) => withNames(rule, renamed)));
    if (lines.length > 0) remarks.set(path, lines);
  }
  return { configuration, remarks };
}

/** Rules may name different settings of one kind. Returns the names by which they were added. */
function addNotifiers(
  all: Configuration['notifiers'],
  notifiers: Configuration['notifiers'],
): Map<string, string> {
  const kindOf = (name: string) => name.replace(/-\d+$/, '');
  return new Map(
    Object.entries(notifiers).map(([name, settings]) => [name, addNotifier(all, kindOf(name), settings)]),
  );
}

function withNames(
  rule: Record<string, unknown>,
  names: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const { notify } = rule;
  return Array.isArray(notify)
    ? { ...rule, notify: notify.map((name: string) => names.get(name) ?? name) }
    : rule;
}

function read(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new LogboomError('INPUT_UNREADABLE', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

/** What `check` says about the result, such as two rules of one name. */
function problemsOf(text: string): string[] {
  const { problems } = loadConfig({
    path: 'converted.yml',
    env: {},
    checks: [ruleProblems],
    readFile: () => text,
  });
  return problems.map(({ path, message, remedy }) => `${path}: ${message} ${remedy}`);
}
