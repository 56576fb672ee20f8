import { analysisOf } from '../../engine/analysis.ts';
import { LogboomError } from '../../errors.ts';
import { readCapsule, writeCapsule } from '../../replay/capsule/format.ts';
import { makeCapsule } from '../../replay/capsule/make.ts';
import { playCapsule } from '../../replay/capsule/play.ts';
import { differences, type TestResult } from '../../replay/rule-tests.ts';
import { rulesFrom } from '../../replay/rules-file.ts';
import { countOf, printable } from '../../util/text.ts';
import { type ConfigArguments, validConfig } from '../configuration.ts';
import type { Terminal } from '../terminal.ts';

interface CapsuleArguments extends ConfigArguments {
  alert: string | undefined;
  output?: string | undefined;
  'mask-addresses'?: boolean | undefined;
}

/** `logboom capsule ALERT-ID`: writes the incident to one file. 0 where that was possible; throws otherwise. */
export async function capsule(given: CapsuleArguments, terminal: Terminal): Promise<number> {
  if (given.alert === undefined) throw new LogboomError('USAGE', 'Name the alert: logboom capsule ALERT-ID.');
  const made = await makeCapsule(given.alert, validConfig(given), {
    addresses: given['mask-addresses'] ?? false,
  });
  const path = given.output ?? `${made.alert.replace(/[^\w.-]+/g, '-')}.capsule.json.gz`;
  writeCapsule(path, made);
  const events = made.records.reduce((sum, one) => sum + (one.kind === 'events' ? one.events.length : 0), 0);
  terminal.out(
    `${path}: ${countOf(events, 'event')}, ${countOf(made.expected.length, 'transition')}; masked: ${made.masked.join(', ')}`,
  );
  terminal.out(`Run it as a test: logboom test-rules --from ${path}`);
  return 0;
}

/** A capsule as a test: its rules, or those of a file, must lead to the transitions that it has. */
export function testCapsule(path: string, rules: string | undefined): TestResult {
  const found = readCapsule(path);
  const analysis = rules === undefined ? found.analysis : { ...found.analysis, rules: rulesOf(rules) };
  const actual = playCapsule(found.records, analysis);
  const diff = differences(found.expected, actual, (one, other) => one === other).map(
    ({ kind, expected, actual: played }) =>
      kind === 'missing' ? `- ${expected}` : `${kind === 'same' ? ' ' : '+'} ${played}`,
  );
  return { name: printable(found.alert), passed: diff.every((line) => line.startsWith(' ')), diff };
}

const rulesOf = (path: string) => analysisOf(rulesFrom({ path, env: process.env })).rules;
