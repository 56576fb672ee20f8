import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { readDocument } from '../config/load/document.ts';
import type { Loaded } from '../config/load/load.ts';
import type { Problem } from '../config/load/problems.ts';
import { withRuleFiles } from '../config/load/rule-files.ts';
import { addRule, type Position, readRuleText, replaceRule, ruleTextAt } from '../config/load/rule-text.ts';
import { isMapping } from '../config/schema/shape.ts';
import { analysisOf } from '../engine/analysis.ts';
import { LogboomError, messageOf } from '../errors.ts';
import type { Verdict } from '../model.ts';
import { keysOf } from '../processors/chain.ts';
import type { ReplayThread } from '../replay/apart.ts';
import type { RuleActions, RuleEdit, TriedRule } from '../telemetry/api/rule-edits.ts';
import type { RuleEditTelemetry } from '../telemetry/components/reload.ts';
import { writeWhole } from '../util/files.ts';
import type { Reload, Running } from './reload.ts';

interface EditorParts {
  running: Running;
  /** Loads the configuration, with the texts that `readFile` gives for files. */
  load: (readFile?: (path: string) => string) => Loaded;
  reload: Reload;
  replays: Pick<ReplayThread, 'compare'>;
  verdicts: () => readonly Verdict[];
  telemetry: RuleEditTelemetry;
}

/** A rule within the files of the configuration, or the place for a new one. */
interface Place {
  file: string;
  /** The text of the file. */
  content: string;
  /** Absent for a new rule. */
  position?: Position;
  /** As it is written. */
  rule?: Record<string, unknown>;
}

const readText = (path: string) => readFileSync(path, 'utf8');
const revisionOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

const template = `name: new-rule
where: 'http.response.status_code >= 500'
over: 5m
when: '>= 10'
severity: medium
`;

/**
 * Tries and saves single rules of the files of the configuration. The rest of a file does not change. A configuration that would be invalid
 * is not written, and one that the server cannot take up is replaced by the one before.
 */
export function ruleEditor(parts: EditorParts): RuleActions {
  const mayNotSave = () => (parts.running.config.api.saveRules ? undefined : '`api.saveRules` is off');
  return {
    source(name) {
      const { file, content, position } = placeOf(parts.load(), name);
      const text = position === undefined ? template : ruleTextAt(content, position)?.text;
      if (text === undefined) throw noPlace(name!);
      const refusal = mayNotSave();
      return { text, file, revision: revisionOf(content), ...(refusal && { mayNotSave: refusal }) };
    },
    attempt: (edit) => attempt(parts, edit),
    async save(edit, by) {
      const refusal = mayNotSave();
      if (refusal !== undefined) throw new LogboomError('USAGE', `The rule is not saved: ${refusal}.`);
      const edited = editedBy(parts, edit);
      if (edited.problems.length > 0) return { problems: edited.problems };
      const { place, content } = edited;
      if (edit.revision !== revisionOf(place.content))
        throw new LogboomError('USAGE', `${place.file} was changed meanwhile. Open the rule again.`);
      replaceFile(place.file, content);
      const saved = { by, rule: edited.name, file: place.file };
      parts.telemetry.saved(saved);
      const answer = await parts.reload('API');
      if (!answer.applied) {
        // The file holds what is in force. What somebody else wrote meanwhile stays.
        if (readText(place.file) === content) replaceFile(place.file, place.content);
        parts.telemetry.restored(saved);
        return { problems: answer.problems };
      }
      const { rules, notifiers, settings, needsRestart } = answer;
      return { saved: edited.name, file: place.file, applied: { rules, notifiers, settings, needsRestart } };
    },
  };
}

async function attempt(parts: EditorParts, edit: RuleEdit): Promise<TriedRule> {
  const edited = editedBy(parts, edit);
  if (edited.config === undefined) return { problems: edited.problems };
  const { running, replays } = parts;
  const [before, after] = [analysisOf(running.config), analysisOf(edited.config)];
  const only = (rules: typeof before.rules, name: string | undefined) =>
    rules.filter((rule) => rule.name === name);
  const comparison = await replays.compare({
    before: { ...before, rules: only(before.rules, edit.replaces) },
    after: { ...after, rules: only(after.rules, edited.name) },
    data: running.config.data,
    keys: keysOf([...running.config.processors, ...edited.config.processors]),
  });
  const verdicts = parts.verdicts().filter(({ rule }) => rule === edit.replaces);
  return {
    comparison,
    verdicts: verdicts.map(({ id, verdict, group, start, end }) => ({
      id,
      verdict,
      group,
      start,
      ...(end !== undefined && { end }),
    })),
  };
}

interface Edited extends Pick<Loaded, 'config'> {
  name: string;
  place: Place;
  /** The text of the file with the rule in it. */
  content: string;
  problems: Problem[];
}

/** The configuration as it would be. Throws `USAGE` where the text is no rule. */
function editedBy({ load }: EditorParts, { text, replaces }: RuleEdit): Edited {
  const place = placeOf(load(), replaces);
  const { rule } = readRuleText(text);
  refuseVariables(rule, place.rule);
  const { position, content: before, file } = place;
  const content = position === undefined ? addRule(before, text) : replaceRule(before, position, text);
  const loaded = load((path) => (path === file ? content : readText(path)));
  const name = String(rule.name ?? '');
  const { config, problems } = loaded;
  if (config !== undefined && !config.rules.some((one) => one.name === name)) throw noPlace(name);
  const first = position?.line ?? lineOfAdded(before, content);
  const added = linesOf(content) - linesOf(before);
  const own = { file, first, last: first + linesOf(text.trimEnd()) - 1, added };
  return {
    name,
    place,
    content,
    problems: problems.map((one) => placed(one, own, loaded.path)),
    ...(config && { config }),
  };
}

/** Lines of the rule in its file. */
interface RuleLines {
  file: string;
  first: number;
  last: number;
  /** Number of lines that the edit added to the file. */
  added: number;
}

const linesOf = (text: string) => text.split('\n').length;

/** Problems of the rule name its lines in the sent text. Other problems name the file and its line. */
function placed(
  problem: Problem,
  { file, first, last, added }: RuleLines,
  main: string | undefined,
): Problem {
  const { line, path, file: of = main, ...rest } = problem;
  if (line === undefined || of === undefined) return problem;
  const isOwn = of === file && path.startsWith('rules[') && line >= first && line <= last;
  if (!isOwn) return { ...problem, file: of, line: of === file && line > last ? line - added : line };
  return { ...rest, path: path.replace(/^rules\[\d+\]\.?/, ''), line: line - first + 1 };
}

function lineOfAdded(before: string, after: string): number {
  const [old, next] = [before.split('\n'), after.split('\n')];
  const from = next.findIndex((line, at) => line !== old[at]);
  return from + (/^rules:\s*$/.test(next[from] ?? '') ? 2 : 1);
}

/** The place of the rule; without a name, the place for a new one. Throws `USAGE` if there is none. */
function placeOf({ path }: Loaded, name: string | undefined): Place {
  if (path === undefined) throw new LogboomError('USAGE', 'This server has no configuration file.');
  const content = readText(path);
  if (name === undefined) return { file: path, content };
  const document = withRuleFiles(readDocument(content), path, { readFile: readText });
  const rules = Array.isArray(document.tree.rules) ? document.tree.rules : [];
  const index = rules.findIndex((rule) => isMapping(rule) && rule.name === name);
  const found = index === -1 ? undefined : document.locate(['rules', index]);
  if (found === undefined) throw noPlace(name);
  const { file = path, ...position } = found;
  return { file, position, rule: rules[index], content: file === path ? content : readText(file) };
}

const noPlace = (name: string) =>
  new LogboomError(
    'USAGE',
    `The rule \`${name}\` does not stand as a mapping in a file of the configuration.`,
  );

/** A message of a rule could reveal variables of the environment, so an edit uses only those that the rule had. */
function refuseVariables(rule: object, before: object | undefined): void {
  const known = new Set(before === undefined ? [] : variablesIn(before));
  const unknown = variablesIn(rule).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new LogboomError(
      'USAGE',
      `A rule from here may not use the environment variable ${unknown}: write it into the file itself.`,
    );
}

function variablesIn(value: unknown): string[] {
  if (typeof value === 'string')
    return [...value.matchAll(/\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)/g)].flatMap(([, name]) => name ?? []);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(variablesIn) : [];
}

/** Replaces a file, or that to which a link leads. Its permissions stay. */
function replaceFile(path: string, text: string): void {
  const target = realpathSync(path);
  try {
    writeWhole(target, text, statSync(target).mode & 0o7777);
  } catch (error) {
    throw new LogboomError(
      'USAGE',
      `${target} cannot be written: ${messageOf(error)}. Copy the rule into it by hand.`,
    );
  }
}
