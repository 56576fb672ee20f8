import type { z } from 'zod';
import { type RuleConfig, rule } from '../../src/config/rules.ts';

export type RuleInput = z.input<typeof rule>;

/** A rule as a person writes it, with every default filled in. */
export function ruleConfig(input: Partial<RuleInput> = {}): RuleConfig {
  return rule.parse({ name: 'traffic-burst', ...input });
}
