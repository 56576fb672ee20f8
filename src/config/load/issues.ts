import type { z } from 'zod';
import { didYouMean } from '../../util/did-you-mean.ts';
import { cutToLength, printable, withoutCredentials } from '../../util/text.ts';
import { isMapping, type Kind, namesIn, type Shape, shapeAt, valueAt } from '../schema/shape.ts';
import { formatPath, type Path, type Problem } from './problems.ts';

type Issue = z.core.$ZodIssue;

/** The value that a setting of each kind takes, and the remedy for another value. */
const wanted: Record<Kind, [what: string, remedy: string]> = {
  text: ['a text', 'Write a text; put numbers and `true` or `false` into quotes.'],
  address: ['an address', 'Write an address such as `http://localhost:9200`.'],
  number: ['a number', 'Write a number without quotes, such as `0.5`.'],
  'whole number': ['a whole number', 'Write a whole number without quotes, such as `5`.'],
  boolean: ['`true` or `false`', 'Write `true` or `false` without quotes.'],
  duration: ['a duration', 'Write a duration with its unit, such as `250ms`, `10s`, `5m` or `7d`.'],
  size: ['a size', 'Write a size with its unit, such as `512kb`, `10mb` or `4gb`.'],
  choice: ['one of a set of names', 'Write one of its names.'],
  list: ['a list', 'Write a list: `[one, two]`, or one line with `- ` for each entry.'],
  mapping: ['a mapping of names', 'Write `name: value` lines, indented below it.'],
  section: ['a section', 'Write its settings as `name: value` lines, indented below it.'],
  'any value': ['a value', 'Write a value.'],
  variants: ['a section with a `kind`', 'Write its settings, including `kind`, indented below it.'],
};

/** A value as a problem shows it: the text of the file, shortened, without credentials and control characters. */
export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  const text = withoutCredentials(printable(JSON.stringify(value)));
  return text.length > 80 ? `${cutToLength(text, 79)}…` : text;
}

/** `the number 5`, `the text "yes"`; only the type where the value is secret. */
function described(value: unknown, secret: boolean): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return shown(value)!;
  const noun = typeof value === 'string' ? 'text' : typeof value;
  return secret ? `a ${noun}` : `the ${noun} ${shown(value)}`;
}

interface Findings {
  root: Shape;
  /** Values as zod checked them. */
  tree: unknown;
  /** Values as they are in the file; problems show these. */
  written: unknown;
}

const sentences: Partial<
  Record<Issue['code'], (issue: Issue, shape: Shape, value: unknown) => [string, string]>
> = {
  invalid_type: (_, shape, value) => wrongType(shape, value),
  too_small: (issue) => outside(issue, 'small'),
  too_big: (issue) => outside(issue, 'big'),
  invalid_value: (_, shape, value) => wrongChoice(shape.choices, value),
  invalid_union: (_, shape, value) => wrongChoice(shape.choices, value),
  invalid_format: (issue, shape) =>
    issue.code === 'invalid_format' && issue.format === 'url'
      ? ['This is not an http or https address.', wanted.address[1]]
      : checkFailed(issue, shape),
};

/** Splits the message of a check (`invalid` in the schema) into what is wrong and the remedy. */
function checkFailed(issue: Issue, shape: Shape): [string, string] {
  const [message, remedy = wanted[shape.kind][1]] = issue.message.split(' → ') as [string, string?];
  return [message, remedy];
}

function wrongType(shape: Shape, value: unknown): [string, string] {
  const [what, remedy] = wanted[shape.kind];
  if (value === undefined) return ['This setting is missing.', remedy];
  return [`This setting takes ${what}, but the value is ${described(value, shape.secret)}.`, remedy];
}

function outside(issue: Issue, side: 'small' | 'big'): [string, string] {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return [issue.message, ''];
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const limit = `${side === 'small' ? 'at least' : 'at most'} ${bound}`;
  if (issue.origin === 'string') return ['This must not be empty.', 'Write a text, or remove the line.'];
  if (issue.origin === 'array')
    return [
      `This list must have ${limit} ${bound === 1 ? 'entry' : 'entries'}.`,
      'Correct the list, or remove the setting.',
    ];
  return [`This is too ${side}: it must be ${limit}.`, `Write a number of ${limit}.`];
}

function wrongChoice(choices: readonly string[], value: unknown): [string, string] {
  const names = choices.map((name) => `\`${name}\``).join(', ');
  const meant = typeof value === 'string' ? didYouMean(value, choices) : '';
  const what = value === undefined ? 'This setting is missing' : 'This is not one of the allowed values';
  return [`${what}${meant || '.'}`, `Write one of ${names}.`];
}

/** One problem for each unknown name. The value is not shown: it may be a secret under a mistyped name. */
function unknownSettings(keys: string[], path: Path, { root, tree }: Findings): Problem[] {
  const section = shapeAt(root, path, tree)!;
  const names = namesIn(section, valueAt(tree, path)).map(String);
  // A rule of another program, in the list of rules or in place of the configuration.
  const mayBeForeign = path.length === 0 || (path[0] === 'rules' && path.length === 2);
  const foreign = mayBeForeign && foreignRule(keys);
  if (foreign) return [{ path: formatPath(path.length === 0 ? keys.slice(0, 1) : path), ...foreign }];
  return keys.map((key) => {
    const meant = didYouMean(key, names);
    return {
      path: formatPath([...path, key]),
      message: `Unknown setting \`${printable(key)}\`${meant || '.'}`,
      remedy: meant ? 'Correct or remove it.' : `Correct or remove it. ${knownSettings(names)}`,
    };
  });
}

/** A section may have dozens of settings, of which the first ones are the usual ones. */
function knownSettings(names: string[]): string {
  const shownNames = names.slice(0, 12).map((name) => `\`${name}\``);
  const rest = names.length - shownNames.length;
  const more = rest > 0 ? ` and ${rest} more, which docs/configuration.md lists` : '';
  return `Known settings here: ${shownNames.join(', ')}${more}.`;
}

/** Settings by which rules of other programs are known; two of them are no mistake of typing. */
const elastAlert =
  'type index num_events timeframe filter alert realert query_key alert_text alert_subject use_count_query blacklist whitelist compare_key threshold_cur threshold_ref spike_height spike_type'.split(
    ' ',
  );
const kibanaRule =
  'rule_type_id ruleTypeId consumer params schedule actions alertTypeId notify_when throttle'.split(' ');

function foreignRule(keys: string[]): Pick<Problem, 'message' | 'remedy'> | undefined {
  const has = (names: string[]) => keys.filter((key) => names.includes(key)).length >= 2;
  if (has(elastAlert))
    return {
      message: 'This is a rule of ElastAlert.',
      remedy:
        'Translate it: `logboom convert elastalert FILE`. docs/from-elastalert.md shows both side by side.',
    };
  if (has(kibanaRule))
    return {
      message: 'This is a rule of Kibana.',
      remedy: 'Write it as docs/from-kibana-rules.md shows.',
    };
  return undefined;
}

/** The shape that an issue concerns. For a union of variants it is the `kind` with its choices. */
function shapeOfIssue(issue: Issue, path: Path, { root, tree }: Findings): Shape {
  const shape = shapeAt(root, path, tree)!;
  if (issue.code !== 'invalid_union' || !('options' in issue)) return shape;
  // Where the kind has a default, zod lists `undefined` as one more option.
  const named = (issue.options as unknown[]).filter((option) => option !== undefined);
  return { ...shape, choices: named.map(String) };
}

/** Where a setting has a form as a section and one as a list: the issues of the form that was written. */
function fittingVariant(issue: Issue): Issue[] | undefined {
  if (issue.code !== 'invalid_union' || issue.errors.length < 2) return undefined;
  const isOtherForm = (one: Issue) => one.code === 'invalid_type' && one.path.length === 0;
  const forms = issue.errors as Issue[][];
  return forms.find((issues) => !issues.some(isOtherForm)) ?? forms[0];
}

/** The problems, in words, that one issue of zod stands for. */
export function problemsOf(issue: Issue, findings: Findings): Problem[] {
  const path = issue.path as Path;
  const inner = fittingVariant(issue);
  if (inner !== undefined)
    return inner.flatMap((one) => problemsOf({ ...one, path: [...path, ...one.path] } as Issue, findings));
  if (issue.code === 'unrecognized_keys') return unknownSettings(issue.keys, path, findings);
  const shape = shapeOfIssue(issue, path, findings);
  const value = valueAt(findings.tree, path);
  const [message, remedy] = sentences[issue.code]?.(issue, shape, value) ?? checkFailed(issue, shape);
  const written = shape.secret ? undefined : shown(valueAt(findings.written, path));
  return [{ path: formatPath(path), ...(written !== undefined && { value: written }), message, remedy }];
}
