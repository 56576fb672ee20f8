import type { ParsersConfig } from '../config/schema/parsers.ts';
import { parserFields, senderFields } from '../parsers/written-fields.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { isLevelField, levelNames, levelRank } from '../util/levels.ts';
import { parseCondition, parseMeasure } from './condition.ts';
import { missing } from './group.ts';
import type { RuleConfig } from './kinds/index.ts';
import { fieldsIn, literalOf, type Query } from './kql/ast.ts';
import { contradictionIn } from './kql/contradiction.ts';
import { parseQuery } from './kql/parser.ts';

interface Checked {
  rules: readonly RuleConfig[];
  parsers: Pick<ParsersConfig, 'formats'>;
  /** Both may set fields of any name. */
  processors: unknown;
  inputs: unknown;
}

/** A query of a rule, with the setting in which it stands. */
interface Asked {
  setting: string;
  query: Query;
}

/**
 * What the rules ask for that hardly any event can have, in words: contradictions, unknown levels, and fields that nothing
 * writes. The rules have no problems that `ruleProblems` finds.
 */
export function ruleCautions({ rules, parsers, processors, inputs }: Checked): string[] {
  const named = JSON.stringify([parsers.formats, processors, inputs]);
  // The fields of a module are in its code. An expression writes `__` for the dot in the name of a field.
  const hasModule = Object.values(parsers.formats).some((format) => 'file' in format);
  const isNamed = (field: string) => named.includes(field) || named.includes(field.replaceAll('.', '__'));
  const isKnown = (field: string) =>
    hasModule || parserFields.has(field) || senderFields.has(field) || isFree(field) || isNamed(field);
  return rules.filter(({ enabled }) => enabled).flatMap((rule) => cautionsOf(rule, isKnown));
}

function cautionsOf(rule: RuleConfig, isKnown: (field: string) => boolean): string[] {
  const queries = queriesOf(rule);
  const say = (setting: string, words: string) => `Rule \`${rule.name}\`, \`${setting}\`: ${words}`;
  const impossible = queries.flatMap(({ setting, query }) => {
    const words = contradictionIn(query);
    return words === undefined ? [] : [say(setting, `no event can match, because ${words}.`)];
  });
  const levels = queries.flatMap(({ setting, query }) =>
    unknownLevels(query).map((level) => say(setting, unknownLevel(level))),
  );
  const fields = new Map(
    queries.flatMap(({ setting, query }) => fieldsIn(query).map((field) => [field, setting])),
  );
  for (const [field, setting] of fieldsOf(rule)) fields.set(field, setting);
  const unwritten = [...fields].filter(([field]) => !isKnown(field));
  return [
    ...impossible,
    ...levels,
    ...neverSeen(rule).map((words) => say('when', words)),
    ...unwritten.map(([field, setting]) => say(setting, unwrittenField(field, setting))),
  ];
}

/** A condition that holds without events is not judged for groups, or a filter, of which there was none yet. */
function neverSeen(rule: RuleConfig): string[] {
  if (rule.kind !== 'threshold' || rule.when === undefined) return [];
  const parsed = parseCondition(rule.when);
  const measure = measureOf(rule);
  const holdsAtNone = 'ok' in parsed && parsed.ok.test(0) && measure?.kind === 'count' && rule.minCount === 0;
  if (!holdsAtNone || (rule.expect ?? []).length > 0) return [];
  return rule.by.length > 0
    ? [
        'a group that never sent an event is not judged, so its absence raises nothing. Name the groups that must be there in `expect`.',
      ]
    : [
        'nothing is judged before the first event that matches. The kind `absence` also raises an alert where there never was one.',
      ];
}

function queriesOf(rule: RuleConfig): Asked[] {
  const measure = measureOf(rule);
  return [
    { setting: 'where', query: parseQuery(rule.where) },
    ...(measure?.kind === 'share' ? [{ setting: 'measure', query: parseQuery(measure.query) }] : []),
  ];
}

function measureOf(rule: RuleConfig) {
  const parsed = 'measure' in rule ? parseMeasure(rule.measure) : undefined;
  return parsed !== undefined && 'ok' in parsed ? parsed.ok : undefined;
}

/** Fields that the rule measures, follows, or groups by, with their settings. */
function fieldsOf(rule: RuleConfig): [field: string, setting: string][] {
  const measure = measureOf(rule);
  return [
    ...(measure !== undefined && 'field' in measure ? [[measure.field, 'measure'] as [string, string]] : []),
    ...('field' in rule ? [[rule.field, 'field'] as [string, string]] : []),
    ...('bounds' in rule ? Object.keys(rule.bounds).map((field): [string, string] => [field, 'bounds']) : []),
    ...rule.by.map((field): [string, string] => [field, 'by']),
  ];
}

/** Names that people choose themselves, and objects of Kubernetes, clouds and containers, which have many. */
const freeNames =
  /^(?:labels|fields|json|kubernetes|container|docker|cloud|orchestrator|network|geo)\.|\.geo\.|\.keyword$/;
const isFree = (field: string) => freeNames.test(field) || isObject(field);
const isObject = (field: string) => [...parserFields].some((name) => name.startsWith(`${field}.`));

function unknownLevels(query: Query): string[] {
  if (query.kind === 'and' || query.kind === 'or') return query.of.flatMap(unknownLevels);
  if (query.kind === 'not') return unknownLevels(query.of);
  if (query.kind !== 'is' || query.field === undefined || query.value.kind !== 'text') return [];
  const level = literalOf(query.value);
  const isLevel = isLevelField(literalOf(query.field) ?? '');
  return isLevel && level !== undefined && levelRank(level) === undefined ? [level] : [];
}

function unknownLevel(level: string): string {
  const names = levelNames(() => true).filter((name) => name === name.toLowerCase());
  const meant = didYouMean(level, names);
  const effect = meant === '' ? '. Only events that were sent with this level match.' : meant;
  return `\`${level}\` is no level that logboom knows${effect}`;
}

function unwrittenField(field: string, setting: string): string {
  const known = [...parserFields, ...senderFields];
  const longer = known.find((name) => name.startsWith(`${field}_`));
  const meant = longer === undefined ? didYouMean(field, known) : `; did you mean \`${longer}\`?`;
  const rest = meant || '. Only lines of JSON or key and value, and senders that set it, can have it.';
  const effect = setting === 'by' ? ` Events without it are one group, \`${missing}\`.` : '';
  return `no parser writes the field \`${field}\`, and neither ECS nor Filebeat has it${rest}${effect}`;
}
