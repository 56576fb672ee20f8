import { z } from 'zod';
import { common, lasting, measure, minCount, noData, quiet, windows } from './schema/rule-settings.ts';
import { duration } from './schema/values.ts';

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
  noData,
});

const match = z.strictObject({
  kind: z.literal('match').describe('Raises for every event that matches `where`.'),
  ...common,
  quiet,
});

const absence = z.strictObject({
  kind: z.literal('absence').describe('Raises for a group of which nothing is heard.'),
  ...common,
  every: duration('5m').describe('A group is silent where its events lie farther apart than this.'),
  expect: z
    .array(z.string())
    .default([])
    .describe(
      'Groups that must be there, seen or not: values of `by`, such as `web-1` or `web-1, nginx.access`.',
    ),
  learn: z.boolean().default(true).describe('Whether groups that were seen once are expected from then on.'),
  forget: duration('24h').describe('A learned group that was silent for so long is no longer expected.'),
  shipper: z
    .string()
    .default('agent.id')
    .describe('Field that names the shipper, so that one silent log is told from a silent machine.'),
});

const spike = z.strictObject({
  kind: z.literal('spike').describe('Raises where a window differs much from the one before.'),
  ...common,
  measure,
  ...windows,
  ratio: z
    .number()
    .min(1)
    .default(3)
    .describe('How many times as much, or as little, as in the window before.'),
  direction: z.enum(['up', 'down', 'both']).default('up').describe('Which way is told.'),
  minBefore: z
    .int()
    .min(1)
    .default(10)
    .describe('Events that the window before must hold: three times one is no spike.'),
  minCount,
  ...lasting,
});

const change = z.strictObject({
  kind: z.literal('change').describe('Raises where the value of a field is another one than before.'),
  ...common,
  field: z.string().min(1).describe('Field whose value is followed, for each group.'),
  forget: duration('24h').describe(
    'A value that was not seen for so long is forgotten: the next is no change.',
  ),
  quiet,
});

const newTerm = z.strictObject({
  kind: z.literal('new-term').describe('Raises for a value that a group did not have before.'),
  ...common,
  field: z
    .string()
    .min(1)
    .describe('Field whose values are learned, for each group. Of several each counts.'),
  warmUp: duration('1d').describe('From its first event on a group’s values are only learned for so long.'),
  remember: duration('30d').describe('A value that was not seen for so long is new again.'),
  maxTerms: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Values remembered for each group; those that were not seen longest make room.'),
  quiet,
});

const cardinality = z.strictObject({
  kind: z.literal('cardinality').describe('Raises where a field has too many, or too few, different values.'),
  ...common,
  field: z.string().min(1).describe('Field whose different values are counted in each window.'),
  ...windows,
  min: z.int().min(1).optional().describe('Fewer different values raise.'),
  max: z.int().min(0).optional().describe('More different values raise.'),
  minCount,
  ...lasting,
});

const normal = z.strictObject({
  kind: z.literal('normal').describe('Raises where figures leave the bounds that are given for them.'),
  ...common,
  bounds: z
    .record(
      z.string(),
      z.strictObject({
        min: z.number().optional().describe('Less is not normal.'),
        max: z.number().optional().describe('More is not normal.'),
      }),
    )
    .describe('Fields and what is normal of each. Every field of every group is an alert of its own.'),
  statistic: z
    .enum(['avg', 'min', 'max'])
    .default('avg')
    .describe('What is held against the bounds: the average, least or greatest figure of a window.'),
  ...windows,
  minCount,
  ...lasting,
  noData,
});

const baseline = z.strictObject({
  kind: z.literal('baseline').describe('Raises where a window deviates from what was learned to be normal.'),
  ...common,
  measure,
  over: windows.over,
  record: windows.record,
  deviation: z.number().min(1).default(4).describe('How many spreads from the learned mean are too many.'),
  direction: z.enum(['up', 'down', 'both']).default('both').describe('Which way is told.'),
  season: z
    .enum(['none', 'day', 'week'])
    .default('week')
    .describe('What is learned apart: nothing, each hour of the day, or each hour of the week.'),
  zone: z.string().default('UTC').describe('IANA time zone of the hours of a season.'),
  warmUp: z.int().min(2).default(30).describe('Windows that an hour must have learned before it is judged.'),
  memory: z
    .int()
    .min(2)
    .default(500)
    .describe('Windows over which an hour’s mean and spread are learned; older ones fade.'),
  minSpread: z.number().min(0).default(0).describe('Least spread to judge by, in units of the measure.'),
  minCount,
  adaptAfter: duration('1d').describe(
    'Where all deviated for so long without a break, what was learned is forgotten and learned anew.',
  ),
  forget: duration('15d').describe(
    'A group without events for so long is forgotten with all that was learned.',
  ),
  ...lasting,
  noData,
});

/** What a rule may look for, by its `kind`. */
export const rule = z.discriminatedUnion('kind', [
  threshold,
  match,
  absence,
  spike,
  change,
  newTerm,
  cardinality,
  normal,
  baseline,
]);

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
