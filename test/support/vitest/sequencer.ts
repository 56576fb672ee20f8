import { readFileSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What is imported or spawned by files that start servers or commands. */
const startsServers = /support\/server\.ts|startApp\(|dist\/main\.js/;

/**
 * Begins with the files that start servers, and among them with the large ones: they take many times as long as others, and one that
 * began last would run alone at the end. vitest itself knows how long files took only where it ran them before.
 */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const texts = new Map(files.map(({ moduleId }) => [moduleId, readFileSync(moduleId, 'utf8')]));
    return (await super.sort(files)).toSorted(byLength(texts));
  }
}

/** Compares files of one project; the order of projects stays. */
function byLength(texts: Map<string, string>) {
  const startsIn = ({ moduleId }: TestSpecification) => Number(startsServers.test(texts.get(moduleId)!));
  const lengthOf = ({ moduleId }: TestSpecification) => texts.get(moduleId)!.length;
  return (a: TestSpecification, b: TestSpecification) =>
    a.project.name === b.project.name ? startsIn(b) - startsIn(a) || lengthOf(b) - lengthOf(a) : 0;
}
