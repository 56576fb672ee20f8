import type { z } from 'zod';
import { printable, withoutCredentials } from '../../util/text.ts';
import { isMapping, type Kind, namesIn, type Shape, shapeAt, valueAt } from '../schema/shape.ts';
import { didYouMean } from './nearest.ts';
import { formatPath, type Path, type Problem } from './problems.ts';

type Issue = z.core.$ZodIssue;

/** What a setting takes, and an example to write. */
const wanted: Record<Kind, [what: string, remedy: string]> = {
  text: ['a text', 'Write a text; put numbers and `true` or `false` into quotes.'],
  address: ['an address', 'Write an address such as `http://localhost:9200`.'],
  number: ['a number', 'Write a number without quotes, such as `0.5`.'],
  'whole number': ['a whole number', 'Write a whole number without quotes, such as `5`.'],
  boolean: ['`true` or `false`', 'Write `true` or `false` without quotes.'],
  duration: [
    'a length of time',
    'Write a length of time with its unit, such as `250ms`, `10s`, `5m` or `7d`.',
  ],
  size: ['a size', 'Write a size with its unit, such as `512kb`, `10mb` or `4gb`.'],
  choice: ['one of the names it knows', 'Write one of its names.'],
  list: ['a list', 'Write a list: `[one, two]`, or a line with `- ` for each.'],
  mapping: ['a mapping of names', 'Write `name: value` lines, indented below it.'],
  section: ['a section', 'Write its settings as `name: value` lines, indented below it.'],
  variants: ['a section with a `kind`', 'Write its settings, among them `kind`, indented below it.'],
};

/** A value as a problem shows it: what the person wrote, shortened, without credentials and control characters. */
export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  const text = withoutCredentials(printable(JSON.stringify(value)));
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** `the number 5`, `the text "yes"`; of a secret only what kind of thing it is. */
function described(value: unknown, secret: boolean): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return shown(value)!;
  const noun = typeof value === 'string' ? 'text' : typeof value;
  return secret ? `a ${noun}` : `the ${noun} ${shown(value)}`;
}

interface Findings {
  root: Shape;
  /** Values as they were checked. */
  tree: unknown;
  /** Values as they were written; these are shown. */
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
      ? ['This is no http or https address.', wanted.address[1]]
      : [`It ${issue.message}.`, shape.kind === 'text' ? 'Write a text that is so.' : wanted[shape.kind][1]],
};

function wrongType(shape: Shape, value: unknown): [string, string] {
  const [what, remedy] = wanted[shape.kind];
  if (value === undefined) return ['This setting is missing.', remedy];
  return [`This takes ${what}, but ${described(value, shape.secret)} was given.`, remedy];
}

function outside(issue: Issue, side: 'small' | 'big'): [string, string] {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return [issue.message, ''];
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const limit = `${side === 'small' ? 'at least' : 'at most'} ${bound}`;
  if (issue.origin === 'string') return ['This must not be empty.', 'Write a text, or take the line out.'];
  if (issue.origin === 'array') return [`This takes ${limit} of them.`, 'Add one, or take the setting out.'];
  return [`This is too ${side}: it must be ${limit}.`, `Write a number of ${limit}.`];
}

function wrongChoice(choices: readonly string[], value: unknown): [string, string] {
  const names = choices.map((name) => `\`${name}\``).join(', ');
  const meant = typeof value === 'string' ? didYouMean(value, choices) : '';
  const what = value === undefined ? 'This setting is missing' : 'This is none of the names it knows';
  return [`${what}${meant || '.'}`, `Write one of ${names}.`];
}

/** One problem for each unknown name. Its value is not shown: it may be a secret under a mistyped name. */
function unknownSettings(keys: string[], path: Path, { root, tree }: Findings): Problem[] {
  const section = shapeAt(root, path, tree)!;
  const names = namesIn(section, valueAt(tree, path)).map(String);
  return keys.map((key) => ({
    path: formatPath([...path, key]),
    message: `unknown setting \`${printable(key)}\`${didYouMean(key, names)}`,
    remedy: `Correct or remove it; known here: ${names.map((name) => `\`${name}\``).join(', ')}.`,
  }));
}

/** The shape that an issue is about; a union of variants is asked for by its `kind`. */
function shapeOfIssue(issue: Issue, path: Path, { root, tree }: Findings): Shape {
  const shape = shapeAt(root, path, tree)!;
  if (issue.code !== 'invalid_union' || !('options' in issue)) return shape;
  // A kind that is the default may be left out, which zod lists as one more option.
  const named = (issue.options as unknown[]).filter((option) => option !== undefined);
  return { ...shape, choices: named.map(String) };
}

/** Says in words what zod found. */
export function problemsOf(issue: Issue, findings: Findings): Problem[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') return unknownSettings(issue.keys, path, findings);
  const shape = shapeOfIssue(issue, path, findings);
  const value = valueAt(findings.tree, path);
  const [message, remedy] = sentences[issue.code]?.(issue, shape, value) ?? [
    `It ${issue.message}.`,
    wanted[shape.kind][1],
  ];
  const written = shape.secret ? undefined : shown(valueAt(findings.written, path));
  return [{ path: formatPath(path), ...(written !== undefined && { value: written }), message, remedy }];
}
