/** Random rules, each text with its meaning in plain words. */
import fc from 'fast-check';
import type { Problem } from '../../src/config/load/problems.ts';
import { type RuleConfig, ruleSchema } from '../../src/config/schema/rules.ts';
import type { Measure } from '../../src/model.ts';
import { ruleProblems } from '../../src/rules/problems.ts';
import type { Comparison, Fact, ReferenceRule } from './kinds.ts';

const filters: [where: string, is: (fact: Fact) => boolean][] = [
  ['', () => true],
  ['n >= 2', ({ n }) => n !== undefined && n >= 2],
  ['not host.name : "a"', ({ host }) => host !== 'a'],
  ['version : * and host.name : (a or b)', ({ version, host }) => version !== undefined && host !== 'c'],
];

const isHigh = ({ n }: Fact) => n !== undefined && n >= 3;
const measures: [text: string, measure: Measure, amount: ReferenceRule['amount']][] = [
  ['count', { kind: 'count' }, () => 1],
  ['rate', { kind: 'rate' }, () => 1],
  ['sum(n)', { kind: 'sum', field: 'n' }, ({ n }) => n],
  ['avg(n)', { kind: 'avg', field: 'n' }, ({ n }) => n],
  ['min(n)', { kind: 'min', field: 'n' }, ({ n }) => n],
  ['max(n)', { kind: 'max', field: 'n' }, ({ n }) => n],
  ['percentile(n, 75)', { kind: 'percentile', field: 'n', percent: 75 }, ({ n }) => n],
  ['distinct(version)', { kind: 'distinct', field: 'version' }, ({ version }) => version],
  ['share(n >= 3)', { kind: 'share', query: 'n >= 3' }, isHigh],
];

const comparisons: Comparison[] = [
  { text: '>= 1.5', holds: (v) => v >= 1.5, beyond: (v) => v - 1.5 },
  { text: '> 2.5', holds: (v) => v > 2.5, beyond: (v) => v - 2.5 },
  { text: '> 40%', holds: (v) => v > 0.4, beyond: (v) => v - 0.4 },
  { text: '< 0.5', holds: (v) => v < 0.5, beyond: (v) => 0.5 - v },
  { text: '<= 2.5', holds: (v) => v <= 2.5, beyond: (v) => 2.5 - v },
  { text: '== 2', holds: (v) => v === 2, beyond: (v) => -Math.abs(v - 2) },
  { text: '!= 1', holds: (v) => v !== 1, beyond: (v) => Math.abs(v - 1) },
  { text: 'outside 0.9..3.5', holds: (v) => v < 0.9 || v > 3.5, beyond: (v) => Math.max(0.9 - v, v - 3.5) },
  {
    text: 'inside 1.5..3.8',
    holds: (v) => v >= 1.5 && v <= 3.8,
    beyond: (v) => Math.min(v - 1.5, 3.8 - v),
  },
];
const recoveries: (Comparison | undefined)[] = [
  undefined,
  undefined,
  { text: '== 0', holds: (v) => v === 0, beyond: () => 0 },
  { text: '> 4.5', holds: (v) => v > 4.5, beyond: () => 0 },
];

const seconds = (most: number) => fc.integer({ min: 0, max: most }).map((n) => `${n}s`);
/** A length of windows and a hop that divides it. */
const lengths = fc.constantFrom(
  { over: '1s', every: '1s' },
  { over: '2s', every: '100ms' },
  { over: '3s', every: '1s' },
  { over: '1200ms', every: '400ms' },
);
const common = {
  lateness: fc.constantFrom('0s', '1s', '4s', '9s'),
  by: fc.constantFrom([], ['host.name']),
  notify: fc.constant(['log']),
  cooldown: fc.constantFrom('0s', '2s', '5s', '12s', '30s'),
  cooldownGrowth: fc.constantFrom(1, 1, 2, 3),
  cooldownMax: fc.constantFrom('15s', '24h'),
};
const lasting = { for: seconds(2), keepActiveFor: seconds(3) };
const none = { for: fc.constant('0s'), keepActiveFor: fc.constant('0s') };
const minCount = fc.constantFrom(0, 0, 1, 3);
const noData = fc.constantFrom('hold' as const, 'recover' as const);
const filter = fc.constantFrom(...filters);

type Meaning = Partial<Omit<ReferenceRule, 'config' | 'is'>>;

/** Named when the set is made: `rule-0`, `rule-1`, … */
export type Unnamed = (place: number) => ReferenceRule;

function of(
  kind: RuleConfig['kind'],
  [where, is]: (typeof filters)[number],
  input: object,
  meaning: Meaning,
): Unnamed {
  const counted = { measure: { kind: 'count' } as Measure, amount: () => 1 };
  return (place) => ({
    config: ruleSchema.parse({ ...input, name: `rule-${place}`, kind, where }),
    is,
    ...counted,
    ...meaning,
  });
}

/** `recover` must leave no value to both it and `when`. */
const disjoint = (when: Comparison, recover: Comparison | undefined) =>
  recover !== undefined && [0, 1, 2, 3, 4, 4.6, 5, 6].some((v) => when.holds(v) && recover.holds(v))
    ? undefined
    : recover;

const threshold = (last: Record<keyof typeof lasting, fc.Arbitrary<string>>) =>
  fc
    .tuple(
      fc.record({ ...common, ...last, lengths, minCount, noData }),
      filter,
      fc.constantFrom(...measures),
      fc.option(fc.constantFrom(...comparisons), { nil: undefined, freq: 12 }),
      fc.constantFrom(...recoveries),
    )
    .map(([{ lengths, ...input }, filter, [text, measure, amount], when, wanted]) => {
      const recover = when && disjoint(when, wanted);
      const texts = { ...(when && { when: when.text }), ...(recover && { recover: recover.text }) };
      const meaning = { measure, amount, when, recover };
      return of('threshold', filter, { ...input, ...lengths, measure: text, ...texts }, meaning);
    });

const quiet = fc.constantFrom('2s', '5s', '10s');
const match = fc
  .tuple(fc.record({ ...common, quiet }), filter)
  .filter(([, [where]]) => where !== '')
  .map(([input, filter]) => of('match', filter, input, {}));

const change = fc
  .tuple(fc.record({ ...common, quiet, forget: fc.constantFrom('10s', '12s', '2h') }), filter)
  .map(([input, filter]) => of('change', filter, { ...input, field: 'version' }, {}));

const newTerm = fc
  .tuple(
    fc.record({ ...common, quiet, warmUp: seconds(8), remember: fc.constantFrom('10s', '12s', '2h') }),
    filter,
  )
  .map(([input, filter]) => of('new-term', filter, { ...input, field: 'version' }, {}));

const cardinality = fc
  .tuple(
    fc.record({ ...common, ...lasting, lengths, minCount }),
    filter,
    fc.constantFrom<[object, Comparison]>(
      [{ max: 1 }, { text: '> 1', holds: (v) => v > 1, beyond: (v) => v - 1 }],
      [{ min: 2 }, { text: '< 2', holds: (v) => v < 2, beyond: (v) => 2 - v }],
      [
        { min: 1, max: 2 },
        { text: 'outside 1..2', holds: (v) => v < 1 || v > 2, beyond: (v) => Math.max(1 - v, v - 2) },
      ],
    ),
  )
  .map(([{ lengths, ...input }, filter, [bounds, when]]) => {
    const meaning: Meaning = {
      measure: { kind: 'distinct', field: 'version' },
      amount: ({ version }) => version,
      when,
    };
    return of('cardinality', filter, { ...input, ...lengths, ...bounds, field: 'version' }, meaning);
  });

const spike = fc
  .tuple(
    fc.record({
      ...common,
      ...lasting,
      lengths,
      minCount,
      ratio: fc.constantFrom(1.5, 3),
      direction: fc.constantFrom('up', 'down', 'both'),
      minBefore: fc.constantFrom(1, 2),
    }),
    filter,
    fc.constantFrom(...measures.filter(([text]) => ['count', 'sum(n)', 'max(n)', 'avg(n)'].includes(text))),
  )
  .map(([{ lengths, ...input }, filter, [text, measure, amount]]) =>
    of('spike', filter, { ...input, ...lengths, measure: text }, { measure, amount }),
  );

const normal = fc
  .tuple(
    fc.record({
      ...common,
      ...lasting,
      lengths,
      minCount,
      noData,
      statistic: fc.constantFrom('avg', 'min', 'max'),
    }),
    filter,
  )
  .map(([{ lengths, ...input }, filter]) => {
    const when = {
      text: 'outside 1..3',
      holds: (v: number) => v < 1 || v > 3,
      beyond: (v: number) => Math.max(1 - v, v - 3),
    };
    return of(
      'normal',
      filter,
      { ...input, ...lengths, bounds: { n: { min: 1, max: 3 } } },
      { bounds: { n: when } },
    );
  });

const absence = fc
  .tuple(
    fc.record({ ...common, every: fc.constantFrom('3s', '5s'), forget: fc.constantFrom('12s', '2h') }),
    fc.constantFrom([], ['a', 'z']),
    fc.boolean(),
    filter,
  )
  .map(([input, roster, learn, filter]) => {
    const expect = input.by.length === 0 ? [] : roster;
    return of('absence', filter, { ...input, expect, learn: learn || expect.length === 0 }, {});
  });

/** A cooldown of nothing grows to nothing, and one that is longer than the most stays as it is. */
const isOfGrowth = ({ path }: Problem) => /cooldown(Growth|Max)$/.test(path);

const one = fc.oneof(
  { weight: 3, arbitrary: threshold(none) },
  { weight: 3, arbitrary: threshold(lasting) },
  match,
  change,
  newTerm,
  cardinality,
  spike,
  normal,
  absence,
);

/** Several rules of several kinds. */
export const ruleSets: fc.Arbitrary<ReferenceRule[]> = fc
  .array(one, { minLength: 1, maxLength: 4 })
  .map((rules) => rules.map((make, place) => make(place)))
  // Some combinations, such as `share > 2.5`, are refused.
  .map((rules) => rules.filter(({ config }) => ruleProblems({ rules: [config] }).every(isOfGrowth)))
  .filter((rules) => rules.length > 0);
