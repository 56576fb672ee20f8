import { isDeepStrictEqual } from 'node:util';
import { definitionOf } from '../alerts/entry.ts';
import { isOfRule } from '../alerts/episode-writer.ts';
import type { RuleConfig } from '../config/schema/rules.ts';
import type { Config } from '../config/schema/schema.ts';
import { type Analysis, analysisOf } from '../engine/analysis.ts';
import { assembleEngine } from '../engine/assemble-engine.ts';
import { LogboomError } from '../errors.ts';
import type { Episode, Millis } from '../model.ts';
import { analysesIn } from '../readers/analyses.ts';
import { foldersOf } from '../readers/reader-port.ts';
import { alertSettings } from '../rules/rule.ts';
import type { Stage } from './staged-engine.ts';
import { withOutbox } from './with-outbox.ts';

/** The rule by which an alert was raised, and how its journal is to be read. */
interface RuleThen {
  settings: RuleConfig;
  /** The analyses with the rule alone. */
  stages: Stage[];
  /** The one of `stages` by which the alert was raised. */
  raisedBy: Stage;
  /** What differs from the rule in the configuration, in one or two sentences. */
  note?: string;
}

/**
 * The rule of an alert as it was when the alert was raised: a reload may have changed it since. `rule` is its name, or that in ids. An alert that no server
 * raised, or of which nothing is known any more, has the rule in the configuration. Throws `NOT_EXPLAINABLE`.
 */
export async function ruleThen(
  { id, rule }: { id: string | undefined; rule: string },
  config: Config,
): Promise<RuleThen> {
  const isIt = ({ name }: RuleConfig) => (id === undefined ? name === rule : isOfRule(rule, name));
  const configured = config.rules.find(isIt);
  const episode = id === undefined ? undefined : await episodeOf(config.data, id);
  const version = episode?.definition?.version;
  const present = analysisOf(config).rules.find(isIt);
  const presentVersion = present && versionOf(present);
  if (version !== undefined) {
    const applied = (await analysesIn(foldersOf(config.data).analysis)) as Stage[];
    const stages = applied.map((stage) => aloneIn(stage, isIt));
    const raisedBy = stages.findLast(({ analysis }) =>
      analysis.rules.some((one) => versionOf(one) === version),
    );
    const isTheSame = stages.every(({ analysis: { rules } }) =>
      rules.every((one) => versionOf(one) === presentVersion),
    );
    if (raisedBy !== undefined && !isTheSame && stages.every(isPlayable)) {
      const note = version === presentVersion ? undefined : changedNote(version, presentVersion);
      return { settings: raisedBy.analysis.rules[0]!, stages, raisedBy, ...(note !== undefined && { note }) };
    }
  }
  if (configured === undefined)
    throw new LogboomError('NOT_EXPLAINABLE', `There is no rule \`${rule}\` in the configuration.`);
  const stage = { after: 0, analysis: analysisOf({ ...config, rules: [{ ...configured, enabled: true }] }) };
  const isOther = version !== undefined && version !== presentVersion;
  return {
    ...{ settings: configured, stages: [stage], raisedBy: stage },
    ...(isOther && { note: unknownNote(episode!, presentVersion) }),
  };
}

/**
 * The analyses by which the server read its journal, where the configuration is the one in force; else the configuration alone. Questions about
 * rules that no server runs are answered by the configuration.
 */
export async function stagesOf(config: Config): Promise<Stage[]> {
  const present = analysisOf(config);
  const applied = (await analysesIn(foldersOf(config.data).analysis)) as Stage[];
  const inForce = applied.at(-1)?.analysis;
  const isInForce = inForce !== undefined && isDeepStrictEqual(inForce.rules, present.rules);
  return isInForce && applied.every(isPlayable) ? applied : [{ after: 0, analysis: present }];
}

/** The remark that a rule, which is explained as it is configured, was another one at a time. `begins`: event times at which the stages began. */
export function otherThen(
  rule: RuleConfig,
  stages: readonly Stage[],
  begins: readonly Millis[],
  at: Millis,
): string[] {
  const place = begins.findLastIndex((time) => time <= at);
  const then = stages[place]?.analysis.rules.find(({ name }) => name === rule.name);
  if (then === undefined || versionOf(then) === versionOf(rule)) return [];
  return ['The rule had other settings then. This is what the present ones would have made of the events.'];
}

const versionOf = (rule: RuleConfig) => definitionOf(alertSettings(rule)).version;

function aloneIn({ after, analysis }: Stage, isIt: (rule: RuleConfig) => boolean): Stage {
  return { after, analysis: { ...analysis, rules: analysis.rules.filter(isIt) } };
}

/** An analysis of an earlier version of logboom may not be valid any more. */
function isPlayable({ analysis }: { analysis: Analysis }): boolean {
  try {
    assembleEngine(analysis);
    return true;
  } catch {
    return false;
  }
}

function changedNote(version: string, present: string | undefined): string {
  const now = present === undefined ? 'The rule was removed' : 'The rule was changed';
  return `${now} after this alert was raised. This is by its settings then (version ${version}).`;
}

function unknownNote({ definition = { version: '' }, condition }: Episode, present = ''): string {
  const { version, where, measure } = definition;
  const parts = [
    ...(where === undefined ? [] : [`where \`${where}\``]),
    ...(measure === undefined ? [] : [`measure \`${measure}\``]),
    ...(condition === '' ? [] : [`when \`${condition}\``]),
  ];
  return `The rule was changed after this alert was raised, and its settings then are not kept any more. This is what its present settings (version ${present}) make of the events. The alert was raised by version ${version}: ${parts.join(', ')}.`;
}

/** The alert that an id names: its own, or that of a transition or a notification. */
const episodeOf = (data: string, id: string): Promise<Episode | undefined> =>
  withOutbox(data, undefined, ({ alerts }) => alerts.get(id));
