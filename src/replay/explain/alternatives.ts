import type { RuleConfig } from '../../config/schema/rules.ts';
import type { Config } from '../../config/schema/schema.ts';
import type { Millis } from '../../model.ts';
import { parseCondition } from '../../rules/condition.ts';
import { ruleProblems } from '../../rules/problems.ts';
import { formatDuration, formatNumber } from '../../util/text.ts';
import { outcomesOf } from './outcomes.ts';
import { forgetsQuietGroups, longestFactor, type ReplayBounds, type StartingPoint } from './replay-bounds.ts';

/** A change of one setting with which the outcome would have been another. */
export interface Alternative {
  setting: 'when' | 'over' | 'for';
  from: string;
  to: string;
  /** What it would have led to: an alert, or none. */
  raises: boolean;
}

interface Variant extends Omit<Alternative, 'raises'> {
  rule: RuleConfig;
}

interface Asked {
  settings: RuleConfig;
  group: string;
  /** Event time that is asked about: of an alert the start. */
  at: Millis;
  /** Values of the windows near it. */
  values: readonly number[];
  /** An alert is asked about. */
  raised: boolean;
}

/** Variants of each setting that are tried, the smallest change first. */
const mostValues = 12;
const lengthFactors = [0.5, 2, 0.25, 4, longestFactor];

/**
 * The smallest change of threshold, window and `for` with which the outcome would have been another. All are tried at once on the
 * journal, so each is what the engine would have done. Empty where the rule has no plain threshold and window, or no change
 * that was tried matters. `start`: where a replay of the group may begin; `last`: after which record it may end.
 */
export async function alternativesTo(
  asked: Asked,
  config: Config,
  { start, last }: Pick<ReplayBounds, 'start' | 'last'>,
): Promise<Alternative[]> {
  const variants = [...thresholds(asked), ...lengths(asked, 'over'), ...lengths(asked, 'for')].filter(
    ({ rule }) => ruleProblems({ rules: [rule] }).length === 0,
  );
  if (variants.length === 0) return [];
  const own = asked.settings.name;
  const named = variants.map((variant, place) => ({
    ...variant,
    rule: { ...variant.rule, name: `${own} variant ${place}` },
  }));
  const tryAll = (some: readonly Variant[], from?: StartingPoint) =>
    outcomesOf(
      { rule: asked.settings, variants: some.map(({ rule }) => rule), config, start: from, last },
      asked,
    );
  const mayBeginLate = ({ rule }: Variant) => start === undefined || forgetsQuietGroups(rule);
  const tried = named.filter(mayBeginLate);
  const outcomes = await tryAll(tried, start);
  const itself = outcomes.has(own);
  // The present rule does not raise the alert in this journal: the rule was changed since, or the journal begins too late.
  if (asked.raised && !itself) return [];
  const differs = ({ rule }: Variant) => outcomes.has(rule.name) !== itself;
  const firstOf = (setting: Alternative['setting']) =>
    named.findIndex((variant) => variant.setting === setting && tried.includes(variant) && differs(variant));
  // The others take a whole replay. They matter where no smaller change does.
  const rest = named.filter((variant, place) => {
    const known = firstOf(variant.setting);
    return !mayBeginLate(variant) && (known === -1 || place < known);
  });
  if (rest.length > 0) {
    for (const name of await tryAll(rest)) outcomes.add(name);
    tried.push(...rest);
  }
  return (['when', 'over', 'for'] as const).flatMap((setting) => {
    const found = named[firstOf(setting)];
    return found === undefined ? [] : [{ setting, from: found.from, to: found.to, raises: !itself }];
  });
}

/** Thresholds just beyond the values that were seen, the nearest first. */
function thresholds({ settings, values }: Asked): Variant[] {
  if (settings.kind !== 'threshold' || settings.when === undefined) return [];
  const { when } = settings;
  const parsed = parseCondition(when);
  if (!('ok' in parsed) || parsed.ok.truer === undefined || parsed.ok.bounds.length !== 1) return [];
  const { truer, bounds } = parsed.ok;
  const [bound] = bounds as [number];
  const [loose, strict] = truer === 'as it grows' ? ['>=', '>'] : ['<=', '<'];
  const distinct = [...new Set(values)].sort((a, b) => Math.abs(a - bound) - Math.abs(b - bound));
  const spread =
    distinct.length <= mostValues ? distinct : [...distinct.slice(0, mostValues - 1), distinct.at(-1)!];
  return spread.map((value) => {
    const mark = parsed.ok.test(value) ? strict : loose;
    const to = `${mark} ${settings.measure.startsWith('share') ? `${value * 100}%` : value}`;
    const shown = `${mark} ${settings.measure.startsWith('share') ? `${formatNumber(value * 100)}%` : formatNumber(value)}`;
    return { setting: 'when', from: when, to: shown, rule: { ...settings, when: to } };
  });
}

/** Longer and shorter windows, or times for which the condition must hold. */
function lengths({ settings }: Asked, setting: 'over' | 'for'): Variant[] {
  if (!('over' in settings && 'for' in settings) || settings.kind === 'slo') return [];
  const { over } = settings;
  const every = 'every' in settings ? settings.every : undefined;
  const base = settings[setting];
  const candidates =
    setting === 'for' && base === 0
      ? [over, 2 * over, 5 * over]
      : [...lengthFactors.map((factor) => factor * base), ...(setting === 'for' ? [0] : [])];
  return candidates
    .map(Math.round)
    .filter((length) => length !== base && (setting === 'for' || every === undefined || length % every === 0))
    .map((length) => ({
      setting,
      from: formatDuration(base),
      to: formatDuration(length),
      rule: { ...settings, [setting]: length },
    }));
}

/** `With over: 30s it would not have been raised.` */
export function alternativeSentences(alternatives: readonly Alternative[]): string[] {
  return alternatives.map(
    ({ setting, from, to, raises }) =>
      `With \`${setting}: ${to}\` instead of \`${from}\` there would have been ${raises ? 'an' : 'no'} alert then.`,
  );
}
