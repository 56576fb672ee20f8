import { dirname, resolve } from 'node:path';
import { messageOf } from '../../errors.ts';
import { filesMatching } from '../../util/matching-files.ts';
import { isMapping } from '../schema/shape.ts';
import { type ConfigDocument, readDocument } from './document.ts';
import { formatPath, type Path, type Problem } from './problems.ts';

/** How files are found and read; tests replace it. */
interface Files {
  readFile(path: string): string;
  /** Names in a folder, in any order. */
  listFolder?(path: string): string[];
}

/** A rule with the place that it comes from. */
interface Entry {
  rule: unknown;
  /** Where it is in its document. */
  path: Path;
  document: ConfigDocument;
  /** The file, where it is not the configuration itself. */
  file?: string;
}

/**
 * Replaces file names and patterns in `rules` (`rules: ./rules.d/*.yml`, or such entries in the list) by the rules of these files, in
 * the order of their names. Names are relative to the folder of the configuration. A file holds one rule, a list of rules, or
 * `rules:` with a list. Problems of these rules name the file.
 */
export function withRuleFiles(document: ConfigDocument, path: string, files: Files): ConfigDocument {
  const { rules } = document.tree;
  const written = typeof rules === 'string' ? [rules] : rules;
  if (!Array.isArray(written) || !written.some((entry) => typeof entry === 'string')) return document;
  const problems: Problem[] = [];
  const entries = written.flatMap((entry, place): Entry[] => {
    const at = typeof rules === 'string' ? ['rules'] : ['rules', place];
    if (typeof entry !== 'string') return [{ rule: entry, path: at, document }];
    return readAll(entry, dirname(path), files, (message, remedy) =>
      problems.push({
        path: formatPath(at),
        value: JSON.stringify(entry),
        message,
        remedy,
        ...document.locate(at),
      }),
    );
  });
  for (const { document: part, file } of new Map(entries.map((entry) => [entry.document, entry])).values())
    if (file !== undefined) problems.push(...part.problems.map((problem) => ({ ...problem, file })));
  return {
    tree: { ...document.tree, rules: entries.map(({ rule }) => rule) },
    problems: [...document.problems, ...problems],
    locate: (wanted) => locateIn(entries, wanted, document),
  };
}

function locateIn(entries: readonly Entry[], [section, place, ...rest]: Path, document: ConfigDocument) {
  const entry = section === 'rules' && typeof place === 'number' ? entries[place] : undefined;
  if (entry === undefined)
    return document.locate([section!, ...(place === undefined ? [] : [place]), ...rest]);
  const found = entry.document.locate([...entry.path, ...rest]);
  return found && { ...found, ...(entry.file !== undefined && { file: entry.file }) };
}

type Report = (message: string, remedy: string) => void;

function readAll(pattern: string, base: string, files: Files, report: Report): Entry[] {
  const paths = pathsOf(resolve(base, pattern), files, report);
  return paths.flatMap((file) => {
    try {
      return rulesIn(files.readFile(file), file);
    } catch (error) {
      report(
        `The file ${file} cannot be read: ${messageOf(error)}.`,
        'Correct the name, or make the file readable.',
      );
      return [];
    }
  });
}

function pathsOf(path: string, { listFolder }: Files, report: Report): string[] {
  try {
    const paths = filesMatching(path, listFolder);
    if (paths.length === 0)
      report(`No file matches ${path}.`, 'Add a file with rules, or remove this entry.');
    return paths;
  } catch (error) {
    report(
      `The folder ${dirname(path)} cannot be read: ${messageOf(error)}.`,
      'Create it, or correct the name.',
    );
    return [];
  }
}

/** A list at the top level is read as the content of `rules:`, so its places are those of the file. */
function rulesIn(text: string, file: string): Entry[] {
  const document = readDocument(text, 'rules');
  const { tree } = document;
  const path: Path = Array.isArray(tree.rules) ? ['rules'] : [];
  const rules = Array.isArray(tree.rules)
    ? tree.rules
    : isMapping(tree) && Object.keys(tree).length > 0
      ? [tree]
      : [];
  if (rules.length === 0)
    return [{ rule: undefined, path: [], document, file }].filter(() => document.problems.length > 0);
  return rules.map((rule, place) => ({
    rule,
    path: path.length === 0 ? [] : [...path, place],
    document,
    file,
  }));
}
