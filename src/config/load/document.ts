import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { childOf, isMapping, type Shape } from '../schema/shape.ts';
import type { Path, Problem } from './problems.ts';

interface Place {
  /** The file, where it is not the configuration itself. */
  file?: string;
  line: number;
  column: number;
}

/** A YAML file as plain values (`null` for an empty value) that finds the place of a setting in the file. */
export interface ConfigDocument {
  tree: Record<string, unknown>;
  problems: Problem[];
  /** The place of a setting, or of the nearest enclosing section that is in the file. */
  locate(path: Path): Place | undefined;
}

/** The document where there is no file. */
export const emptyDocument: ConfigDocument = { tree: {}, problems: [], locate: () => undefined };

type Parsed = ReturnType<typeof parseDocument>;

/** Offset of the last key of a path that the file has. */
function offsetOf(document: Parsed, path: Path): number | undefined {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0];
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0];
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      node = node.items[Number(key)] as Node | undefined;
      offset = node?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

/** The first line of a message of yaml. The excerpt that follows it could show a secret. */
const firstLine = (message: string) => message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');

const usualRemedy = 'Correct the indentation or the quotes. A text that contains `:` or `#` needs quotes.';
const remedies: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  DUPLICATE_KEY: 'Remove one of the two, or merge them.',
};

/** ` (\`where\`)`: the key that stands twice in its section. */
function duplicateName({ code, pos }: { code: ErrorCode; pos: [number, number] }, text: string): string {
  const [, key] = /^\s*["']?([\w.@-]+)/.exec(code === 'DUPLICATE_KEY' ? text.slice(pos[0]) : '') ?? [];
  return key === undefined ? '' : ` (\`${key}\`)`;
}

function syntaxProblems(document: Parsed, text: string): Problem[] {
  return document.errors.map((error) => {
    const [start] = error.linePos ?? [];
    return {
      path: '',
      message: `This is not valid YAML: ${firstLine(error.message)}${duplicateName(error, text)}.`,
      remedy: remedies[error.code] ?? usualRemedy,
      ...(start && { line: start.line, column: start.col }),
    };
  });
}

/** `toJS` throws where nested aliases would expand to too many values. */
function valuesOf(document: Parsed, lines: LineCounter): { tree: unknown; problem?: Problem } {
  try {
    return { tree: document.toJS({ maxAliasCount: 100 }) ?? {} };
  } catch (error) {
    const message = `This YAML cannot be read: ${firstLine(String((error as Error).message))}.`;
    const remedy = 'Replace the aliases (`*name`) by their values.';
    return { tree: {}, problem: { path: '', message, remedy, ...placeOfAlias(document, lines) } };
  }
}

/** The place of the first alias without an anchor. */
function placeOfAlias(document: Parsed, lines: LineCounter): Place | undefined {
  let place: Place | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      const { line, col } = lines.linePos(alias.range![0]);
      place = { line, column: col };
      return visit.BREAK;
    },
  });
  return place;
}

const noMapping: Problem = {
  path: '',
  message: 'The file has no settings: its top level must be a mapping.',
  remedy: 'Start with a section such as `inputs:`. examples/logboom.yml shows all sections.',
  line: 1,
  column: 1,
};

/**
 * Reads a YAML text. Where it has syntax errors, `tree` holds the part that could be read. A list at the top level is read as the
 * content of the setting `listAs`, where that is given.
 */
export function readDocument(text: string, listAs?: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const problems = syntaxProblems(document, text);
  const { tree: values, problem } = problems.length === 0 ? valuesOf(document, lines) : { tree: {} };
  if (problem) problems.push(problem);
  const isList = listAs !== undefined && Array.isArray(values);
  const tree = isList ? { [listAs]: values } : values;
  if (!isMapping(tree)) return { tree: {}, problems: [noMapping], locate: () => undefined };
  return {
    tree,
    problems,
    locate(path) {
      const offset = offsetOf(document, isList ? path.slice(1) : path);
      if (offset === undefined) return undefined;
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    },
  };
}

/**
 * Expands dotted names into sections: Beats write `ssl.verification_mode: none`. The section `forward` has the names of
 * Beats and accepts both forms, so that a Filebeat output can be copied unchanged.
 */
export function withoutDots(section: unknown): unknown {
  if (!isMapping(section)) return section;
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(section)) {
    const [first, ...rest] = name.split('.') as [string, ...string[]];
    const inner = rest.length === 0 ? value : withoutDots({ [rest.join('.')]: value });
    // An empty `ssl:` does not remove the settings that dotted names gave.
    if (inner === null && first in plain) continue;
    plain[first] = isMapping(plain[first]) && isMapping(inner) ? { ...plain[first], ...inner } : inner;
  }
  return plain;
}

/**
 * Removes empty settings: an empty `journal:` means the defaults, as an absent section does. An empty setting with an
 * unknown name stays, so that it is reported like one with a value; without a shape, all empty settings are removed.
 * Empty entries of lists stay: they are mistakes.
 */
export function withoutEmpty(value: unknown, shape?: Shape): unknown {
  if (Array.isArray(value))
    return value.map((item, place) => withoutEmpty(item, shape && childOf(shape, place, value)));
  if (!isMapping(value)) return value;
  const isSection = shape?.kind === 'section' || shape?.kind === 'variants';
  const entries = Object.entries(value).flatMap(([key, child]) => {
    const inner = shape && childOf(shape, key, value);
    if (child === null) return isSection && inner === undefined ? [[key, child]] : [];
    return [[key, withoutEmpty(child, inner)]];
  });
  return Object.fromEntries(entries);
}
