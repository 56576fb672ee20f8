import { RE2JS } from 're2js';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Episode } from '../../model.ts';
import { Guarded } from '../../util/guards/guarded.ts';

/** Names and values by which routes, silences and inhibitions select alerts. */
export type AlertLabels = Readonly<Record<string, string>>;

const operators = ['=', '!=', '=~', '!~'] as const;
type Operator = (typeof operators)[number];

/** A test of one label. A label that an alert does not have counts as empty, as in Alertmanager. */
export interface Matcher {
  name: string;
  operator: Operator;
  value: string;
  /** False also where the expression used up its time: such a matcher keeps no alert from notifying. */
  matches(labels: AlertLabels): boolean;
  /** Whether it is an expression that RE2 does not know, so that its time is not linear. */
  isGuarded: boolean;
}

/** After so many values that used up its time, an expression is no longer tried, until the configuration is loaded again. */
const mostGivenUp = 10;
/** Matchers whose expressions were slow since the configuration was loaded, by what they are written as. */
const slow = new Map<string, { matchedLate: number; givenUp: number; isOff: boolean }>();
const mostRemembered = 1_000;

/** The configuration is loaded again, and all matchers are read anew. */
export const forgetSlowMatchers = (): void => slow.clear();

/** What matchers that are no longer tried are written as. */
export const matchersGivenUp = (): string[] =>
  [...slow].flatMap(([text, { isOff }]) => (isOff ? [text] : []));

/** For each matcher with a slow expression, what happened to it, in words. */
export const slowMatchers = (): Record<string, string> =>
  Object.fromEntries(
    [...slow].map(([text, { matchedLate, givenUp, isOff }]) => [
      text,
      `${givenUp} values used up the time of the expression and did not match, ${matchedLate} took long` +
        (isOff ? '; it matches nothing until the configuration is loaded again' : ''),
    ]),
  );

const form =
  /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"{}=!~,]+))\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"{}]*))\s*$/;
const longestPattern = 1_000;

/**
 * Reads a matcher: `severity="high"`, `team=~"a|b"`, `host.name!=web-1`. A regular expression matches the whole value.
 * Throws `USAGE` with the remedy where the text is no matcher.
 */
export function parseMatcher(text: string): Matcher {
  const [, quotedName, bareName, operator, quoted, bare] = form.exec(text) ?? [];
  const name = quotedName === undefined ? bareName : unescaped(quotedName);
  if (name === undefined || operator === undefined)
    throw new LogboomError(
      'USAGE',
      `\`${text}\` is no matcher. Write one such as \`severity="high"\` or \`team=~"a|b"\`.`,
    );
  const value = quoted === undefined ? bare! : unescaped(quoted);
  const { test, isGuarded } = testOf(operator as Operator, value, text);
  const matches = (labels: AlertLabels) => test(labelOf(labels, name));
  return { name, operator: operator as Operator, value, matches, isGuarded };
}

export const matchesAll = (matchers: readonly Matcher[], labels: AlertLabels): boolean =>
  matchers.every((matcher) => matcher.matches(labels));

export const labelOf = (labels: AlertLabels, name: string): string =>
  Object.hasOwn(labels, name) ? labels[name]! : '';

/** A matcher in its usual form, so that equal ones have equal texts. */
export const formatMatcher = ({ name, operator, value }: Matcher): string =>
  `${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)}${operator}${JSON.stringify(value)}`;

/**
 * The labels of an alert. Names of logboom come last, so that no label of a rule hides them: `rule` (also `alertname`, as in
 * Alertmanager), `group`, `severity`.
 */
export function labelsOf({
  rule,
  group,
  severity,
  labels,
  by,
}: Pick<Episode, 'rule' | 'group' | 'severity' | 'labels' | 'by'>): AlertLabels {
  const fields = Object.entries(by).map(([name, value]) => [name, value === null ? '' : String(value)]);
  return { ...labels, ...Object.fromEntries(fields), alertname: rule, rule, group, severity };
}

interface ValueTest {
  test: (found: string) => boolean;
  isGuarded: boolean;
}

function testOf(operator: Operator, value: string, text: string): ValueTest {
  if (operator === '=') return { test: (found) => found === value, isGuarded: false };
  if (operator === '!=') return { test: (found) => found !== value, isGuarded: false };
  return patternTest(value, operator === '=~', text);
}

/**
 * Whether a whole value fits a regular expression, or does not. It is one of RE2, as in Alertmanager: such an expression takes no longer
 * than the value is long. What only JavaScript knows, such as `(?=…)`, is read by JavaScript, within a time budget.
 */
function patternTest(value: string, isToFit: boolean, text: string): ValueTest {
  try {
    if (value.length > longestPattern) throw new Error(`it has more than ${longestPattern} characters`);
    const known = ofRe2(value);
    if (known !== undefined) return { test: (found) => known.matches(found) === isToFit, isGuarded: false };
    const pattern = new RegExp(`^(?:${value})$`, 's');
    return { test: guardedTest(pattern, isToFit, text), isGuarded: true };
  } catch (error) {
    throw new LogboomError(
      'USAGE',
      `The regular expression in \`${text}\` cannot be used: ${messageOf(error)}.`,
    );
  }
}

function guardedTest(pattern: RegExp, isToFit: boolean, text: string): ValueTest['test'] {
  let givenUp = 0;
  const guarded = new Guarded(pattern, true, (outcome) => {
    if (outcome === 'given up') givenUp += 1;
    const known = slow.get(text) ?? { matchedLate: 0, givenUp: 0, isOff: false };
    known[outcome === 'given up' ? 'givenUp' : 'matchedLate'] += 1;
    known.isOff = givenUp >= mostGivenUp;
    if (slow.size < mostRemembered) slow.set(text, known);
  });
  return (found) => {
    const match = givenUp >= mostGivenUp ? undefined : guarded.exec(found);
    return match !== undefined && (match !== null) === isToFit;
  };
}

function ofRe2(value: string): RE2JS | undefined {
  try {
    return RE2JS.compile(value, RE2JS.DOTALL);
  } catch {
    return undefined;
  }
}

const unescaped = (text: string) => text.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
