import { createContext, Script } from 'node:vm';

/** Milliseconds that one line may take. The stock patterns take microseconds. */
const budget = 50;
/**
 * The budget is one of the clock, and a busy machine may give the thread no turn for as long. So a line that used it up is tried again
 * with this one. Where that is used up too, the expression is slow itself, and the next lines are tried once only.
 */
const secondBudget = 200;
const triedOnce = 100;
/** Lines of up to so many characters are not guarded: no expression takes long for them. */
const short = 10;
/** Characters from which a line is guarded in any case: the time of some expressions grows with the cube of the length. */
const long = 2_048;

/** What became of a line that used up the first budget: the second was enough, or there was no answer. */
export type SlowOutcome = 'matched late' | 'given up';

/**
 * Matches an expression within a time budget. Returns undefined when the budget is used up: the line might take hours.
 *
 * A guard costs about a tenth of a millisecond, so short lines are matched without one where the expression cannot take exponential
 * time: where no repeated group contains a repetition.
 */
export class Guarded {
  readonly #expression: RegExp;
  readonly #isRisky: boolean;
  readonly #onSlow: (outcome: SlowOutcome) => void;
  /** How many of the next lines that use up the budget are not tried again. */
  #once = 0;

  /** `isRisky`: lines of any length are guarded, because the expression may take exponential time. */
  constructor(expression: RegExp, isRisky: boolean, onSlow: (outcome: SlowOutcome) => void = () => {}) {
    this.#expression = expression;
    this.#isRisky = isRisky;
    this.#onSlow = onSlow;
  }

  /** The match, null for none, or undefined when the budget is used up. */
  exec(line: string): RegExpExecArray | null | undefined {
    const isQuick = line.length <= short || (!this.#isRisky && line.length < long);
    if (isQuick) return this.#expression.exec(line);
    const first = this.#execWithin(budget, line);
    if (first !== undefined) return first;
    const isTriedAgain = this.#once === 0;
    const second = isTriedAgain ? this.#execWithin(secondBudget, line) : undefined;
    if (second === undefined) this.#once = isTriedAgain ? triedOnce : this.#once - 1;
    this.#onSlow(second === undefined ? 'given up' : 'matched late');
    return second;
  }

  #execWithin(millis: number, line: string): RegExpExecArray | null | undefined {
    let match: RegExpExecArray | null = null;
    const isOver = endsWithin(millis, () => {
      match = this.#expression.exec(line);
    });
    return isOver ? match : undefined;
  }
}

/** V8 ends what runs in a script when its time is over, also within a regular expression. */
const script = new Script('run()');
const guard = createContext({ run: () => {} });

/** Runs something, and ends it after so many milliseconds. Returns false where it was ended. What it throws is thrown. */
export function endsWithin(timeout: number, run: () => void): boolean {
  try {
    guard.run = run;
    script.runInContext(guard, { timeout });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  } finally {
    guard.run = undefined;
  }
}

/** Whether a group that is repeated contains something that is repeated: `(a+)+`, `(?:a|b*)*`, `(\d+,?){2,}`. */
export function hasNestedRepetition(source: string): boolean {
  const plain = source.replace(/\\./g, 'x').replace(/\[\^?\]?[^\]]*\]/g, 'x');
  /** For each open group, whether it contains a repetition. */
  const groups: boolean[] = [];
  for (let at = 0; at < plain.length; at += 1) {
    const character = plain[at]!;
    if (character === '(') groups.push(false);
    else if (character === ')') {
      const inner = groups.pop() ?? false;
      const isRepeated = /^(?:[*+]|\{\d*,)/.test(plain.slice(at + 1, at + 12));
      if (inner && isRepeated) return true;
      if ((inner || isRepeated) && groups.length > 0) groups[groups.length - 1] = true;
    } else if (/^(?:[*+]|\{\d*,\d*\})/.test(plain.slice(at, at + 12)) && groups.length > 0)
      groups[groups.length - 1] = true;
  }
  return false;
}
