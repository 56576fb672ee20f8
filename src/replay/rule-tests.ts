import type { Config } from '../config/schema/schema.ts';
import type { Transition } from '../model.ts';
import { type Expected, type Fixture, latestOf, type RuleTest, stepsOf } from './fixture.ts';
import { inEventTime, Replay } from './replay.ts';

/** One line of a comparison: in both, only expected, or only actual. */
interface Difference<E, A> {
  kind: 'same' | 'missing' | 'unexpected';
  expected?: E;
  actual?: A;
}

/**
 * The shortest edit from the expected to the actual values. It keeps the longest common subsequence, so that one missing
 * line does not make all later lines differ.
 */
export function differences<E, A>(
  expected: readonly E[],
  actual: readonly A[],
  matches: (expected: E, actual: A) => boolean,
): Difference<E, A>[] {
  const lengths = commonLengths(expected, actual, matches);
  const found: Difference<E, A>[] = [];
  let [e, a] = [0, 0];
  while (e < expected.length || a < actual.length) {
    if (e < expected.length && a < actual.length && matches(expected[e]!, actual[a]!)) {
      found.push({ kind: 'same', expected: expected[e++]!, actual: actual[a++]! });
    } else if (a === actual.length || (e < expected.length && lengths[e + 1]![a]! >= lengths[e]![a + 1]!)) {
      found.push({ kind: 'missing', expected: expected[e++]! });
    } else found.push({ kind: 'unexpected', actual: actual[a++]! });
  }
  return found;
}

/** Length of the longest common subsequence of the rests that start at each pair of places. */
function commonLengths<E, A>(
  expected: readonly E[],
  actual: readonly A[],
  matches: (expected: E, actual: A) => boolean,
): number[][] {
  const lengths = Array.from({ length: expected.length + 1 }, () =>
    new Array<number>(actual.length + 1).fill(0),
  );
  for (let e = expected.length - 1; e >= 0; e -= 1) {
    for (let a = actual.length - 1; a >= 0; a -= 1) {
      lengths[e]![a] = matches(expected[e]!, actual[a]!)
        ? lengths[e + 1]![a + 1]! + 1
        : Math.max(lengths[e + 1]![a]!, lengths[e]![a + 1]!);
    }
  }
  return lengths;
}

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
