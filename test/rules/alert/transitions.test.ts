import { expect, it } from 'vitest';
import type { AlertState, AlertStatus } from '../../../src/model.ts';
import { decide, fresh } from '../../../src/rules/alert/machine.ts';
import type { Judgement } from '../../../src/rules/judge.ts';
import { observation, ruleOf, ten } from '../../support/rules/alert-states.ts';

type Verdict = Judgement['verdict'];

const before: Record<AlertStatus, Partial<AlertState>> = {
  inactive: {},
  pending: { start: ten - 15_000 },
  active: { start: ten - 60_000, updated: ten, peak: 9, writtenPeak: 9 },
  recovering: { start: ten - 60_000, updated: ten, calm: ten - 15_000, peak: 9, writtenPeak: 9 },
  'no-data': { start: ten - 60_000, updated: ten, peak: 9, writtenPeak: 9 },
};

const lasting = { for: '20s', keepActiveFor: '20s', recover: '< 3' };

/** The status after one observation, for a condition and a recovery that must last for twenty seconds. */
const table: [AlertStatus, Record<Verdict, AlertStatus>][] = [
  [
    'inactive',
    { true: 'pending', between: 'inactive', calm: 'inactive', few: 'inactive', nothing: 'inactive' },
  ],
  [
    'pending',
    { true: 'pending', between: 'inactive', calm: 'inactive', few: 'inactive', nothing: 'inactive' },
  ],
  ['active', { true: 'active', between: 'active', calm: 'recovering', few: 'active', nothing: 'no-data' }],
  [
    'recovering',
    { true: 'active', between: 'active', calm: 'recovering', few: 'active', nothing: 'no-data' },
  ],
  ['no-data', { true: 'active', between: 'active', calm: 'recovering', few: 'active', nothing: 'no-data' }],
];
const cases = table.flatMap(([from, row]) =>
  Object.entries(row).map(([verdict, to]) => [from, verdict as Verdict, to] as const),
);

const decided = (from: AlertStatus, verdict: Verdict, settings: object, patch: Partial<AlertState> = {}) => {
  const rule = ruleOf({ ...lasting, ...settings });
  const state: AlertState = { ...fresh, ...before[from], status: from, ...patch };
  const value = verdict === 'nothing' ? undefined : 6;
  return decide(state, observation(rule, { count: 6, value }), rule, { verdict, reason: 'because' });
};

it.each(cases)('an alert that is %s goes, for the verdict %s, to %s', (from, verdict, to) => {
  const { state, transition } = decided(from, verdict, {});
  expect(state.status).toBe(to);
  expect(transition?.to).toBe(from === to ? undefined : to);
});

it.each(cases)(
  'from %s by %s a state that stays is never a transition, and has a reason',
  (from, verdict) => {
    const { reason, notify } = decided(from, verdict, {});
    expect(reason).toContain('because');
    expect(notify.reason).toMatch(/^(not )?notified: /);
  },
);

it.each([
  ['inactive', 'true', { for: '0s' }, 'active'],
  ['pending', 'true', { for: '5s' }, 'active'],
  ['active', 'calm', { keepActiveFor: '0s' }, 'inactive'],
  ['recovering', 'calm', { keepActiveFor: '5s' }, 'inactive'],
  ['active', 'nothing', { noData: 'recover' }, 'recovering'],
  ['active', 'few', { noData: 'recover' }, 'recovering'],
  ['no-data', 'nothing', { noData: 'recover', keepActiveFor: '0s' }, 'inactive'],
] as const)('from %s by %s with %j it goes to %s at once', (from, verdict, settings, to) => {
  expect(decided(from, verdict, settings).state.status).toBe(to);
});

it('an inactive alert that stays inactive keeps the very same state', () => {
  const rule = ruleOf();
  const judgement = { verdict: 'calm', reason: 'because' } as const;
  expect(decide(fresh, observation(rule, { count: 1 }), rule, judgement).state).toBe(fresh);
});
