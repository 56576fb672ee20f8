import { loadScenario, openOutput } from '../../generator/scenario/load.ts';
import { runScenario } from '../../generator/scenario/run.ts';
import type { Scenario } from '../../generator/scenario/schema.ts';
import { numberFrom } from '../arguments.ts';
import { type StopRequest, stopRequest } from '../signals.ts';
import type { Terminal } from '../terminal.ts';

interface ScenarioArguments {
  scenario: string;
  seed?: string | undefined;
  count?: string | undefined;
  /** Writes all lines at once, whatever clock the scenario has. */
  fast?: boolean | undefined;
  /** Path of a file that takes the place of the scenario's output. */
  to?: string | undefined;
}

/** `logboom generate --scenario`: writes the lines of a scenario until its end or until Ctrl-C. What is said goes to standard error. */
export async function generateScenario(
  given: ScenarioArguments,
  terminal: Terminal,
  stop: StopRequest = stopRequest(),
): Promise<number> {
  try {
    const scenario = withArguments(loadScenario(given.scenario), given);
    const output = await openOutput(scenario.output, (port) => terminal.err(`listening on port ${port}`));
    const began = performance.now();
    const { lines, from, to, incidents } = await runScenario({
      ...{ scenario, output, signal: stop.signal },
      onProgress: (count) => terminal.progress?.(`${count.toLocaleString('en')} lines`),
    });
    terminal.progress?.('');
    const rate = Math.round((1_000 * lines) / Math.max(1, performance.now() - began));
    const span = lines === 0 ? '' : `, of ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
    const labelled = incidents.length === 0 ? '' : `, ${incidents.length} incidents`;
    terminal.err(
      `${lines.toLocaleString('en')} lines${span}${labelled} (${rate.toLocaleString('en')} a second)`,
    );
    return 0;
  } finally {
    stop.dispose();
  }
}

function withArguments(scenario: Scenario, { seed, count, to, fast }: ScenarioArguments): Scenario {
  return {
    ...scenario,
    ...(seed !== undefined && { seed: numberFrom('seed', seed, 0) }),
    ...(count !== undefined && { count: numberFrom('count', count, 1) }),
    ...(fast && { clock: 'simulated' as const }),
    ...(to !== undefined && { output: { kind: 'file', path: to, rotateAt: 0, keep: 5 } as const }),
  };
}
