import { expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import { root } from '../support/source-tree.ts';
import { LongFilesFirst } from '../support/vitest/sequencer.ts';

it('begins with the files that start servers, the large ones before the small ones, project by project', async () => {
  const specification = (name: string, file: string) => ({
    moduleId: `${root}test/${file}`,
    project: { name, config: { isolate: false, sequence: { groupOrder: 0 } } },
  });
  const cache = { getFileTestResults: () => undefined, getFileStats: () => ({ size: 1 }) };
  const sequencer = new LongFilesFirst({ config: { root }, cache } as unknown as Vitest);
  const files = [
    specification('all', 'scripts/eventually.test.ts'),
    specification('all', 'parsers/access-log.test.ts'),
    specification('all', 'app/flaky-network.test.ts'),
    specification('all', 'app/reload.test.ts'),
    specification('all', 'replay/live.test.ts'),
    specification('alone', 'journal/failure.test.ts'),
  ];
  const sorted = await sequencer.sort(files as unknown as TestSpecification[]);
  expect(sorted.map(({ moduleId }) => moduleId.slice(`${root}test/`.length))).toEqual([
    'app/reload.test.ts',
    'replay/live.test.ts',
    'app/flaky-network.test.ts',
    'parsers/access-log.test.ts',
    'scripts/eventually.test.ts',
    'journal/failure.test.ts',
  ]);
});
