import * as z from 'zod';
import { childOf, namesIn, shapeOf } from '../../config/schema/shape.ts';
import { absence } from './absence/kind.ts';
import { baseline } from './baseline/kind.ts';
import { cardinality } from './cardinality/kind.ts';
import { change } from './change/kind.ts';
import type { RuleKind } from './kind.ts';
import { match } from './match/kind.ts';
import { newTerm } from './new-term/kind.ts';
import { normal } from './normal/kind.ts';
import { slo } from './slo/kind.ts';
import { spike } from './spike/kind.ts';
import { threshold } from './threshold/kind.ts';

/** The kinds of rules, by the `kind` of the configuration, in the order of the reference page. */
const kinds = {
  threshold,
  match,
  absence,
  spike,
  change,
  'new-term': newTerm,
  cardinality,
  normal,
  baseline,
  slo,
};

type Kinds = typeof kinds;
export type KindName = keyof Kinds;
type Configs = { [K in KindName]: z.infer<Kinds[K]['schema']> };
/** The settings of one kind. */
export type KindConfig<K extends KindName> = Configs[K];
/** The settings of a rule of any kind. */
export type RuleConfig = Configs[KindName];

/** The kind of a rule. */
export function kindOf<K extends KindName>({ kind }: { kind: K }): RuleKind<Configs[K]> {
  const table: { [Name in KindName]: RuleKind<Configs[Name]> } = kinds;
  return table[kind];
}

const [first, ...others] = Object.values(kinds).map(({ schema }) => schema);
/** A rule of any kind, told apart by its `kind`. */
export const ruleSchema = z.discriminatedUnion('kind', [first!, ...others]);

const durations = new Map<unknown, ReadonlySet<string>>(
  Object.entries(kinds).map(([kind, { schema }]) => {
    const shape = shapeOf(schema);
    const names = namesIn(shape, undefined).map(String);
    return [kind, new Set(names.filter((name) => childOf(shape, name)?.kind === 'duration'))];
  }),
);

/** Whether a setting of a kind is a length of time, in milliseconds once it is parsed. */
export function isDuration(kind: unknown, setting: string): boolean {
  return durations.get(kind ?? 'threshold')?.has(setting) ?? false;
}
