import { z } from 'zod';
import { common, lasting, measure, minCount, quiet, windows } from './rule-parts.ts';

const threshold = z.strictObject({
  kind: z
    .literal('threshold')
    .optional()
    .default('threshold')
    .describe('What the rule looks for; docs/rules.md has a section for each kind.'),
  ...common,
  measure,
  ...windows,
  when: z
    .string()
    .optional()
    .describe('Condition on the measure: `>= 5`, `< 0.99`, `== 0`, `outside 10..20`. Without: only counts.'),
  minCount,
  recover: z
    .string()
    .optional()
    .describe('Condition for recovery (hysteresis). Default: `when` is no longer true.'),
  ...lasting,
  noData: z
    .enum(['hold', 'recover'])
    .default('hold')
    .describe(
      'What an active alert does when there is nothing to measure: stay open as `no-data`, or recover.',
    ),
});

const match = z.strictObject({
  kind: z.literal('match').describe('Raises for every event that matches `where`.'),
  ...common,
  quiet,
});

/** What a rule may look for, by its `kind`. */
export const rule = z.discriminatedUnion('kind', [threshold, match]);

export type RuleConfig = z.infer<typeof rule>;
export type RuleKind = RuleConfig['kind'];
/** The settings of one kind. */
export type KindConfig<K extends RuleKind> = Extract<RuleConfig, { kind: K }>;
export type ThresholdConfig = KindConfig<'threshold'>;
/**
 * A rule of any kind, said in the settings of a threshold: what states, documents and messages need to know. Its
 * `measure` and `when` may be words that only people read.
 */
export type AlertSettings = Omit<ThresholdConfig, 'kind'>;
