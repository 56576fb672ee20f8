import type { z } from 'zod';
import { type KindConfig, type RuleKind, rule, type ThresholdConfig } from '../../src/config/schema/rules.ts';

type AnyInput = z.input<typeof rule>;
type InputOf<K extends RuleKind> = Extract<AnyInput, { kind: K }>;
/** Settings of a threshold. */
export type RuleInput = Extract<AnyInput, { kind?: 'threshold' | undefined }>;

/** A rule as a person writes it, with every default filled in. */
export function ruleConfig(input: Partial<RuleInput> = {}): ThresholdConfig {
  return rule.parse({ name: 'traffic-burst', ...input }) as ThresholdConfig;
}

/** A rule of another kind. */
export function ruleOfKind<K extends RuleKind>(
  kind: K,
  input: Partial<Omit<InputOf<K>, 'kind'>>,
): KindConfig<K> {
  return rule.parse({ name: kind, ...input, kind }) as KindConfig<K>;
}
