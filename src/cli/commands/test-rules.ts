import { LogboomError } from '../../errors.ts';
import { loadFixture } from '../../replay/fixture.ts';
import { runFixture, type TestResult } from '../../replay/rule-tests.ts';
import { rulesFrom } from '../../replay/rules-file.ts';
import { defaultSeeds, score, scoreTable } from '../../replay/score.ts';
import { printable } from '../../util/text.ts';
import { numberFrom } from '../arguments.ts';
import { progressOn } from '../progress.ts';
import { columns, type Terminal } from '../terminal.ts';
import { testCapsule } from './capsule.ts';

/** `logboom test-rules`: 0 if all tests pass, 1 if one fails or a file cannot be read. */
export function testRules(
  paths: readonly string[],
  { from, json }: { from?: string | undefined; json?: boolean | undefined },
  terminal: Terminal,
): number {
  if (from === undefined && paths.length === 0)
    throw new LogboomError('USAGE', 'Name the files of tests, or a capsule with --from.');
  const results =
    from === undefined
      ? paths.map((path) => ({ path, ...resultsOf(() => runFixture(loadFixture(path))) }))
      : [{ path: from, ...resultsOf(() => [testCapsule(from, paths[0])]) }];
  const failed = results.reduce(
    (sum, { tests, problem }) => sum + (problem ? 1 : tests.filter(fails).length),
    0,
  );
  const passed = results.reduce((sum, { tests }) => sum + tests.filter(({ passed }) => passed).length, 0);
  if (json) terminal.out(JSON.stringify({ passed, failed, files: results }, null, 2));
  else terminal.out([...results.map(formatFile), `${passed} passed, ${failed} failed`].join('\n\n'));
  return failed > 0 ? 1 : 0;
}

const fails = ({ passed }: TestResult) => !passed;

/** The results of a file. A file that cannot be read counts as one failure; the other files are tested as well. */
function resultsOf(run: () => TestResult[]): { tests: TestResult[]; problem?: string } {
  try {
    return { tests: run() };
  } catch (error) {
    if (error instanceof LogboomError) return { tests: [], problem: error.message };
    throw error;
  }
}

function formatFile({
  path,
  tests,
  problem,
}: {
  path: string;
  tests: TestResult[];
  problem?: string;
}): string {
  if (problem !== undefined) return `✗ ${problem}`;
  return [path, ...tests.flatMap(formatTest)].join('\n');
}

function formatTest({ name, passed, diff }: TestResult): string[] {
  if (passed) return [`  ✓ ${printable(name)}`];
  return [
    `  ✗ ${printable(name)}  (- expected, + actual)`,
    ...diff.map((line) => `      ${printable(line)}`),
  ];
}

interface ScoreArguments {
  rules?: string | undefined;
  seeds?: string | undefined;
  json?: boolean | undefined;
}

/** `logboom score`: 0, whatever the scores are. */
export function scoreRules(given: ScoreArguments, terminal: Terminal): number {
  const config = rulesFrom({ path: given.rules, env: process.env });
  const seeds = given.seeds?.split(',').map((seed) => numberFrom('seeds', seed.trim(), 0)) ?? defaultSeeds;
  const progress = progressOn(terminal, (days) => `${days} of ${seeds.length} days`);
  const report = score(config, seeds, progress);
  progress.end();
  if (given.json) terminal.out(JSON.stringify(report, null, 2));
  else {
    const total = Object.values(report.incidents).reduce((sum, count) => sum + count, 0);
    terminal.out(columns(scoreTable(report), ''));
    terminal.err(
      `${report.events.toLocaleString('en')} events, ${total} incidents; docs/scores.md describes the columns`,
    );
    if (report.withoutEffect.length > 0)
      terminal.err(
        `Processors without effect here, because they decide before the journal or are for the events of inputs: ${report.withoutEffect.join(', ')}.`,
      );
  }
  return 0;
}
