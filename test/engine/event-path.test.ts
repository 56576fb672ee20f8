import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

/** The most files of src/ that one event may pass, so that a reader can follow it. */
const mostFiles = 45;

describe('the path of an event from its frame to the alert', () => {
  let passed: string[];
  let outputs: string[];

  beforeAll(async () => {
    // In a process of its own, so that only the build is loaded, and no test counts calls at the same time.
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/event-path.mjs', '--json']);
    ({ files: passed, outputs } = JSON.parse(stdout));
  });

  it('ends in an alert, its document and a notification', () => {
    expect(outputs).toEqual(['transition', 'episode', 'notification']);
  });

  it('is followed through every step', () => {
    const steps = ['lumberjack/decoder', 'events/view', 'parsers/access/access-log', 'engine/engine'];
    const further = ['rules/kql/compile', 'windows/windows', 'rules/run/alert-book', 'alerts/episode-writer'];
    expect(passed).toEqual(expect.arrayContaining([...steps, ...further].map((name) => `src/${name}.ts`)));
  });

  it(`passes at most ${mostFiles} files`, () => {
    expect(passed.length, `merge what is one idea:\n${passed.join('\n')}`).toBeLessThanOrEqual(mostFiles);
  });
});
