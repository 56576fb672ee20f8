import { messageOf } from '../../errors.ts';
import { printable } from '../../util/text.ts';
import { columns, type Terminal } from '../terminal.ts';

/** What `check --online` found out about one thing. The order of the states is that of urgency. */
export interface Finding {
  /** `problem`: alerts or documents would not arrive. `warning`: it works, and may stop to. */
  state: 'problem' | 'warning' | 'fine';
  /** The setting or the part that was tried, such as `notifiers.ops`. */
  what: string;
  text: string;
}

export const fine = (what: string, text: string): Finding => ({ state: 'fine', what, text });
export const warning = (what: string, text: string): Finding => ({ state: 'warning', what, text });
export const problem = (what: string, text: string): Finding => ({ state: 'problem', what, text });

/** Time for one thing to answer, in milliseconds. */
const patience = 10_000;

/** The findings of a trial, or a problem where it throws or does not answer in time. */
export async function tried(
  what: string,
  trial: (signal: AbortSignal) => Promise<Finding[]>,
  limit = patience,
): Promise<Finding[]> {
  const signal = AbortSignal.timeout(limit);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${limit / 1000} s`)), {
      once: true,
    });
  });
  try {
    return await Promise.race([trial(signal), late]);
  } catch (error) {
    return [problem(what, signal.aborted ? `no answer within ${limit / 1000} s` : messageOf(error))];
  }
}

const states = ['problem', 'warning', 'fine'] as const;

/** Prints findings, what to mend first at the top; `allWell` is the last line where there is no problem. 1 where there is one. */
export function reportFindings(
  findings: readonly Finding[],
  { json, allWell }: { json?: boolean | undefined; allWell: string },
  terminal: Terminal,
): number {
  const sorted = findings.toSorted((one, other) => states.indexOf(one.state) - states.indexOf(other.state));
  if (json) terminal.out(JSON.stringify(sorted, null, 2));
  else terminal.out(columns(sorted.map(({ state, what, text }) => [state, what, text].map(printable))));
  const problems = sorted.filter(({ state }) => state === 'problem').length;
  if (!json) terminal.out(problems === 0 ? `\n${allWell}` : '\nMend the first line first.');
  return problems === 0 ? 0 : 1;
}
