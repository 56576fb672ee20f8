import type { z } from 'zod';
import { type KindConfig, type KindName, ruleSchema } from '../../../src/rules/kinds/index.ts';
import type { ThresholdConfig } from '../../../src/rules/kinds/threshold/kind.ts';

export type AnyInput = z.input<typeof ruleSchema>;
type InputOf<K extends KindName> = Extract<AnyInput, { kind: K }>;
/** Settings of a threshold. */
export type RuleInput = Extract<AnyInput, { kind?: 'threshold' | undefined }>;

/** A rule as a person writes it, with every default filled in. */
export function ruleConfig(input: Partial<RuleInput> = {}): ThresholdConfig {
  return ruleSchema.parse({ name: 'traffic-burst', ...input }) as ThresholdConfig;
}

/** A rule of another kind. */
export function ruleOfKind<K extends KindName>(
  kind: K,
  input: Partial<Omit<InputOf<K>, 'kind'>>,
): KindConfig<K> {
  return ruleSchema.parse({ name: kind, ...input, kind }) as KindConfig<K>;
}
