import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, LineCounter, type Node, parseDocument, stringify, visit, type YAMLMap } from 'yaml';
import { LogboomError } from '../../errors.ts';
import { isMapping } from '../schema/shape.ts';

type Parsed = ReturnType<typeof parseDocument>;

/** The text of one rule within a file. */
interface RuleText {
  /** As it is edited: without the indentation that it has in the file. */
  text: string;
  /** Offsets in the file, and the column of its first line, from 0. */
  start: number;
  end: number;
  column: number;
  /** It is written in braces, as in JSON. Its text is shown in block style. */
  inFlow: boolean;
}

export interface Position {
  line: number;
  column: number;
}

/** The rule at a place of a file, as `withRuleFiles` locates it. Undefined if no mapping begins there. */
export function ruleTextAt(file: string, { line, column }: Position): RuleText | undefined {
  const lines = new LineCounter();
  const document = parseDocument(file, { lineCounter: lines });
  return textAt(file, document, (lines.lineStarts[line - 1] ?? 0) + column - 1);
}

function textAt(file: string, document: Parsed, offset: number): RuleText | undefined {
  let found: YAMLMap | undefined;
  visit(document, {
    Map(_, map) {
      if (map.range?.[0] !== offset) return undefined;
      found = map;
      return visit.BREAK;
    },
  });
  if (found === undefined) return undefined;
  const [start, valueEnd] = found.range!;
  const end = endOf(file, start, valueEnd, found.flow === true);
  const column = columnOf(file, start);
  const place = { start, end, column };
  // The values of aliases are elsewhere in the file, so they are taken from the whole document.
  if (found.flow) return { ...place, inFlow: true, text: stringify(found.toJS(document)) };
  return { ...place, inFlow: false, text: `${outdented(file.slice(start, end), column)}\n` };
}

const columnOf = (file: string, offset: number) => offset - (file.lastIndexOf('\n', offset - 1) + 1);

/** With the comment on the last line, without the line breaks after it. */
function endOf(file: string, start: number, valueEnd: number, inFlow: boolean): number {
  if (inFlow) return valueEnd;
  const end = start + file.slice(start, valueEnd).trimEnd().length;
  return end + (/^[ \t]+#[^\n]*/.exec(file.slice(end))?.[0].trimEnd().length ?? 0);
}

const outdented = (text: string, by: number) =>
  text.replaceAll('\r\n', '\n').replace(new RegExp(`\n {0,${by}}`, 'g'), '\n');

const indented = (text: string, by: number) => text.trimEnd().replace(/\n(?=[^\n])/g, `\n${' '.repeat(by)}`);

/** A text that was sent as a rule: a mapping, or a list of one. Throws `USAGE` with the line. */
export function readRuleText(text: string): { text: string; rule: Record<string, unknown> } {
  const plain = text.replaceAll('\r\n', '\n');
  const item = /^(\s*(?:#[^\n]*)?\n)*-( +)(?=\S)/.exec(plain);
  const single =
    item === null ? plain : outdented(`${item[1] ?? ''}${plain.slice(item[0].length)}`, 1 + item[2]!.length);
  const document = parseDocument(single.trim() === '' ? '{}' : single);
  const [error] = document.errors;
  if (error !== undefined)
    throw new LogboomError(
      'USAGE',
      `This is not valid YAML${error.linePos ? `, line ${error.linePos[0].line}` : ''}: ${error.message.split('\n')[0]!.replace(/ at line \d+.*$/, '')}.`,
    );
  const root: Node | null = document.contents;
  const rule: unknown = isMap(root) ? valuesOf(root, document) : undefined;
  if (isMapping(rule) && Object.keys(rule).length > 0) return { text: single, rule };
  throw new LogboomError('USAGE', 'A rule is a mapping of settings: `name: …`, `when: …`.');
}

function valuesOf(root: YAMLMap, document: Parsed): unknown {
  try {
    return root.toJS(document, { maxAliasCount: 20 });
  } catch {
    throw new LogboomError(
      'USAGE',
      'The rule refers to a part of the file outside of it (`*name`): edit the file itself.',
    );
  }
}

/** Puts a rule in the place of another one. Throws `USAGE` where that would change anything else. */
export function replaceRule(file: string, at: Position, sent: string): string {
  const known = ruleTextAt(file, at);
  if (known === undefined) throw new LogboomError('USAGE', 'The rule does not stand there in its file.');
  const { text, rule } = readRuleText(sent);
  const written = known.inFlow ? JSON.stringify(rule) : indented(text.trimStart(), known.column);
  const next = file.slice(0, known.start) + written + file.slice(known.end);
  const begin = known.start + (/^(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*/.exec(written)?.[0].length ?? 0);
  const after = textAt(next, parseDocument(next), begin);
  const same = after && isDeepStrictEqual(restOf(file, known), restOf(next, after));
  if (same && isDeepStrictEqual(parsed(after.text), rule)) return next;
  throw new LogboomError(
    'USAGE',
    'The rule cannot be put into its file as it is written: edit the file itself.',
  );
}

/** The values of a file without those of the rule. */
function restOf(file: string, { start, end }: RuleText): unknown {
  return parsed(`${file.slice(0, start)}{}${file.slice(end)}`);
}

function parsed(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? Symbol('invalid') : document.toJS();
}

/** Adds a rule after the others of a configuration. Throws `USAGE` where its `rules` are no list. */
export function addRule(file: string, sent: string): string {
  const { text, rule } = readRuleText(sent);
  const next = withAdded(file, text.trimStart(), rule);
  const [before, after] = [parsed(file), parsed(next)] as { rules?: unknown[] | null }[];
  const rules = [...(before?.rules ?? []), rule];
  if (isDeepStrictEqual(after, { ...before, rules })) return next;
  throw new LogboomError(
    'USAGE',
    'The rule cannot be put into the file as it is written: edit the file itself.',
  );
}

function withAdded(file: string, text: string, rule: object): string {
  const document = parseDocument(file);
  const root = document.contents as Node | null;
  const rules = document.get('rules', true) as Node | undefined;
  const insert = (at: number, what: string) => file.slice(0, at) + what + file.slice(at);
  const item = (column: number) => `${' '.repeat(column)}- ${indented(text, column + 2)}`;
  if (isSeq(rules) && rules.items.length > 0) {
    const [start, end] = rules.range!;
    if (rules.flow) return insert(end - 1, `, ${JSON.stringify(rule)}`);
    const at = endOf(file, start, end, false);
    return insert(at, `\n${item(columnOf(file, start))}`);
  }
  if (isSeq(rules)) return insert(rules.range![1] - 1, JSON.stringify(rule));
  if (isMap(root) && root.flow) {
    const separator = root.items.length > 0 ? ', ' : '';
    return insert(root.range![1] - 1, `${separator}"rules": [${JSON.stringify(rule)}]`);
  }
  const { rules: known } = (document.toJS() ?? {}) as { rules?: unknown };
  if (known !== undefined && known !== null)
    throw new LogboomError(
      'USAGE',
      '`rules` is no list in this file: add the rule to one of the files that it names.',
    );
  const section = document.has('rules') ? /^rules:[^\n]*/m.exec(file) : null;
  if (section !== null) return insert(section.index + section[0].length, `\n${item(2)}`);
  return `${file}${file === '' || file.endsWith('\n') ? '' : '\n'}rules:\n${item(2)}\n`;
}
