import { RE2JS } from 're2js';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Episode } from '../../model.ts';

/** Names and values by which routes, silences and inhibitions select alerts. */
export type AlertLabels = Readonly<Record<string, string>>;

const operators = ['=', '!=', '=~', '!~'] as const;
type Operator = (typeof operators)[number];

/** A test of one label. A label that an alert does not have counts as empty, as in Alertmanager. */
export interface Matcher {
  name: string;
  operator: Operator;
  value: string;
  matches(labels: AlertLabels): boolean;
}

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
  const test = testOf(operator as Operator, value, text);
  return { name, operator: operator as Operator, value, matches: (labels) => test(labelOf(labels, name)) };
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

function testOf(operator: Operator, value: string, text: string): (found: string) => boolean {
  if (operator === '=') return (found) => found === value;
  if (operator === '!=') return (found) => found !== value;
  const fits = patternOf(value, text);
  return operator === '=~' ? fits : (found) => !fits(found);
}

/**
 * Whether a whole value fits a regular expression. It is one of RE2, as in Alertmanager: such an expression takes no longer than the value is
 * long. What only JavaScript knows, such as `(?=…)`, is read by JavaScript.
 */
function patternOf(value: string, text: string): (found: string) => boolean {
  try {
    if (value.length > longestPattern) throw new Error(`it has more than ${longestPattern} characters`);
    const known = ofRe2(value);
    if (known !== undefined) return (found) => known.matches(found);
    const pattern = new RegExp(`^(?:${value})$`, 's');
    return (found) => pattern.test(found);
  } catch (error) {
    throw new LogboomError(
      'USAGE',
      `The regular expression in \`${text}\` cannot be used: ${messageOf(error)}.`,
    );
  }
}

function ofRe2(value: string): RE2JS | undefined {
  try {
    return RE2JS.compile(value, RE2JS.DOTALL);
  } catch {
    return undefined;
  }
}

const unescaped = (text: string) => text.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
