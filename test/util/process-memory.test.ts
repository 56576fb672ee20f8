import { describe, expect, it } from 'vitest';
import { processMemory } from '../../src/util/process-memory.ts';

describe.runIf(process.platform === 'linux')('the memory of a process', () => {
  it('is its own and that of mapped files', () => {
    const status = 'VmRSS:\t  5120 kB\nRssAnon:\t  3072 kB\nRssFile:\t  2048 kB\nRssShmem:\t     0 kB\n';
    expect(processMemory(() => status)).toEqual({ own: 3 * 2 ** 20, files: 2 * 2 ** 20 });
  });

  it('is not known where the kernel does not tell', () => {
    expect(processMemory(() => 'VmRSS:\t5120 kB\n')).toBeUndefined();
  });

  it('is that of this process, together at most its resident memory at its greatest', () => {
    const { own, files } = processMemory()!;
    expect(own).toBeGreaterThan(2 ** 20);
    // Linux counts pages for each thread and adds the counts up later, so that both figures are off by a little.
    expect(own + files).toBeLessThanOrEqual(1.1 * process.resourceUsage().maxRSS * 1024);
  });
});
