import type { Transition } from '../../../src/model.ts';

/** A transition of the tutorial's rule. */
export const transition = (changes: Partial<Transition> = {}): Transition => ({
  id: 'e1-1',
  rule: 'traffic-burst',
  group: 'web-1',
  by: { 'host.name': 'web-1' },
  episode: 'e1',
  from: 'inactive',
  to: 'active',
  at: 1_700_000_000_000,
  window: { start: 1_699_999_999_000, end: 1_700_000_000_000 },
  value: 7,
  count: 7,
  condition: '>= 5',
  reason: '7 is >= 5',
  severity: 'critical',
  message: 'web-1 served 7 requests in 1 s',
  ...changes,
});
