import type { AlertSettings, KindConfig, RuleConfig } from '../../config/schema/rules.ts';
import type { Millis } from '../../model.ts';
import { baselineCondition } from './baseline/judge.ts';
import { spikeCondition } from './spike/judge.ts';

type Own = Pick<AlertSettings, 'over' | 'measure' | 'when'> & Partial<AlertSettings>;

/** What a kind that has no such settings comes to: nothing has to last, and nothing is recorded. */
const plain = {
  every: undefined,
  minCount: 0,
  recover: undefined,
  for: 0,
  keepActiveFor: 0,
  noData: 'hold',
  record: false,
} as const;

/**
 * A rule of any kind in the settings of a threshold. States, episodes, documents and messages know these only, so that
 * an alert looks the same whatever raised it.
 */
export function alertSettings(config: RuleConfig): AlertSettings {
  switch (config.kind) {
    case 'threshold':
      return config;
    case 'spike':
      return { ...plain, ...config, when: spikeCondition(config) };
    case 'match':
      return { ...plain, ...config, ...momentary(config, 'count') };
    case 'change':
      return { ...plain, ...config, ...momentary(config, `changes of ${config.field}`) };
    case 'new-term':
      return { ...plain, ...config, ...momentary(config, `new values of ${config.field}`) };
    case 'cardinality':
      return { ...plain, ...config, measure: `distinct(${config.field})`, when: bounds(config) };
    case 'normal':
      return { ...plain, ...config, measure: config.statistic, when: 'outside its bounds' };
    case 'baseline':
      return { ...plain, ...config, when: baselineCondition(config) };
    case 'absence':
      // Its moments lie on no grid, hence hops of a millisecond.
      return {
        ...plain,
        ...config,
        measure: 'seconds of silence',
        when: `> ${config.every / 1000}`,
        over: config.every,
        every: 1,
      };
  }
}

/** `> 5`, `< 2`, `outside 2..5`. */
export function bounds({ min, max }: { min?: number | undefined; max?: number | undefined }): string {
  if (min !== undefined && max !== undefined) return `outside ${min}..${max}`;
  return max === undefined ? `< ${min ?? 0}` : `> ${max}`;
}

/** Alerts about moments: true from one on until there was none for the quiet time. */
function momentary({ quiet }: Pick<KindConfig<'match'>, 'quiet'>, measure: string): Own {
  return { measure, when: '>= 1', over: quiet, every: hopOf(quiet) };
}

/** A tenth of the time where that is whole: how exactly an end is dated, against the memory for it. */
function hopOf(quiet: Millis): Millis {
  return quiet / ([10, 5, 2].find((parts) => quiet % parts === 0) ?? 1);
}

const lengths = new Set([
  ...['over', 'every', 'lateness', 'for', 'keepActiveFor', 'cooldown', 'cooldownMax', 'quiet', 'forget'],
  ...['remember', 'adaptAfter'],
]);

/** Whether a setting of a rule is a length of time; `warmUp` is a number of windows for a baseline. */
export function isLength(name: string, kind: unknown): boolean {
  return lengths.has(name) || (name === 'warmUp' && kind === 'new-term');
}
