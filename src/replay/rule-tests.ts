import type { Config } from '../config/schema/schema.ts';
import type { Transition } from '../model.ts';
import { differences } from './diff.ts';
import type { Expected, Fixture, RuleTest } from './fixture.ts';
import { latestOf, stepsOf } from './fixture-events.ts';
import { inEventTime, Replay } from './replay.ts';

export interface TestResult {
  name: string;
  passed: boolean;
  /** Expected and actual transitions as lines that begin with a space (both), `-` (missing) or `+` (unexpected). */
  diff: string[];
}

export function runFixture({ config, tests }: Fixture): TestResult[] {
  return tests.map((test) => runTest(test, config));
}

function runTest(test: RuleTest, config: Config): TestResult {
  const { transitions, notifications } = replay(test, config);
  const keys = keysOf(test.expect);
  const found = differences(test.expect, transitions, matches);
  const diff = found.map(({ kind, expected, actual }) => {
    if (kind === 'missing') return `- ${format(expected!, keys)}`;
    return `${kind === 'same' ? ' ' : '+'} ${format(actual!, keys)}`;
  });
  const { notifications: wanted = notifications } = test;
  if (wanted !== notifications) diff.push(`- notifications: ${wanted}`, `+ notifications: ${notifications}`);
  return { name: test.name, passed: diff.every((line) => line.startsWith(' ')), diff };
}

function replay(test: RuleTest, config: Config): { transitions: Transition[]; notifications: number } {
  const transitions: Transition[] = [];
  let notifications = 0;
  const steps = stepsOf(test.events);
  const replay = new Replay({
    config,
    receivedAt: test.now ?? latestOf(steps, config),
    onOutput(output) {
      if (output.kind === 'transition') transitions.push(output.transition);
      else if (output.kind === 'notification') notifications += 1;
    },
  });
  for (const step of steps) {
    if ('silence' in step) replay.pass(step.silence);
    else replay.feed(step.block);
  }
  if (test.settle) replay.finish();
  const rules = config.rules.map(({ name }) => name);
  return { transitions: inEventTime(transitions, rules), notifications };
}

/** Whether a transition has all expected values. Fields without an expected value may have any. */
function matches(expected: Expected, actual: Transition): boolean {
  return Object.entries(expected).every(([key, value]) => actual[key as keyof Transition] === value);
}

const always = ['at', 'rule', 'group', 'to'] as const;

function keysOf(expected: readonly Expected[]): (keyof Expected)[] {
  const more = expected.flatMap((one) => Object.keys(one) as (keyof Expected)[]);
  return [...new Set([...always, ...more])];
}

function format(transition: Expected | Transition, keys: readonly (keyof Expected)[]): string {
  const shown = keys
    .filter((key) => transition[key] !== undefined && !(key === 'group' && transition[key] === ''))
    .map((key) => `${key}: ${key === 'at' ? new Date(transition.at!).toISOString() : transition[key]}`);
  return `{ ${shown.join(', ')} }`;
}
