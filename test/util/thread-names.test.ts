import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

/** What a worker thread finds as its name in the system, before and after it names itself. */
function namesIn(code: string): Promise<string[]> {
  const module = new URL('../../dist/util/files.js', import.meta.url).href;
  const read = "require('node:fs').readFileSync('/proc/thread-self/comm', 'utf8').trim()";
  const worker = new Worker(
    `import(${JSON.stringify(module)}).then(({ nameThread }) => {
      const before = ${read};
      ${code};
      require('node:worker_threads').parentPort.postMessage([before, ${read}]);
    });`,
    { eval: true },
  );
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe.runIf(process.platform === 'linux')('the name of a thread', () => {
  it('is what the system shows', async () => {
    const [before, after] = await namesIn("nameThread('indexer')");
    expect(before).not.toBe('indexer');
    expect(after).toBe('indexer');
  });

  it('is cut to what the system keeps, without an error', async () => {
    const [, after] = await namesIn("nameThread('a-name-of-more-than-fifteen-bytes')");
    expect(after).toBe('a-name-of-more-');
  });
});
