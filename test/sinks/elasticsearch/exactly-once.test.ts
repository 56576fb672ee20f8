import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BulkItem } from '../../../src/model.ts';
import { type FakeRequest, type Fault, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { testSink } from '../support/sink.ts';

/** What meets one document, try after try; after the last it is taken. */
const fates = fc.array(fc.constantFrom(201, 409, 429, 503, 403, 400, 404), { maxLength: 5 });
/** What meets whole requests, in turn. */
const storms = fc.array(
  fc.constantFrom<Fault>(
    undefined,
    { status: 429 },
    { status: 503 },
    { status: 413 },
    { status: 401 },
    'reset',
    { status: 200, body: { took: 1, items: [] } },
  ),
  { maxLength: 8 },
);

type Fate = 'indexed' | 'duplicates' | 'deadLettered';

/** Where a document ends that meets these answers. */
function endOf(answers: number[]): Fate {
  const last = answers.find((status) => ![429, 503, 403].includes(status)) ?? 201;
  if (last === 201) return 'indexed';
  return last === 409 ? 'duplicates' : 'deadLettered';
}

async function deliverThrough(documents: number[][], faults: Fault[], maxBulkItems: number) {
  const server = await startFakeElasticsearch();
  const tries = new Map<string, number>();
  const isLetter = (request: FakeRequest) =>
    request.actions.some(({ index }) => index.includes('deadletters'));
  let number = 0;
  server.onBulk = (request) => {
    const fault = isLetter(request) ? undefined : faults[number++];
    // A single document may be refused as too large, which would be another end than its own answers say.
    const alone =
      typeof fault === 'object' && 'status' in fault && fault.status === 413 && request.actions.length === 1;
    if (fault !== undefined && !alone) return fault;
    return { items: request.actions.map(({ id }) => ({ status: answerTo(id) })) };
  };
  function answerTo(id: string): number {
    const nth = tries.get(id) ?? 0;
    tries.set(id, nth + 1);
    return documents[Number(id)]?.[nth] ?? 201;
  }
  const { sink, letters } = testSink({ hosts: [server.url], index: { maxBulkItems } });
  const items = documents.map(
    (_, i): BulkItem => ({ action: 'create', index: 'logs-a-b', id: `${i}`, document: '{}' }),
  );
  const report = await sink.deliver(items);
  await sink.close();
  await server.close();
  return { report, letters: letters.map(({ id }) => id), documents: [...server.documents.keys()] };
}

describe('whatever the server answers', () => {
  it('every document ends exactly once where its answers say, in any order of tries', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fates, { maxLength: 30 }),
        storms,
        fc.integer({ min: 1, max: 12 }),
        async (documents, faults, maxBulkItems) => {
          const {
            report,
            letters,
            documents: stored,
          } = await deliverThrough(documents, faults, maxBulkItems);
          const expected = documents.map(endOf);
          for (const fate of ['indexed', 'duplicates', 'deadLettered'] as const)
            expect(report[fate]).toBe(expected.filter((end) => end === fate).length);
          const idsThat = (fate: Fate) => expected.flatMap((end, i) => (end === fate ? [`${i}`] : []));
          expect(letters.sort()).toEqual(idsThat('deadLettered').sort());
          const events = stored.filter((key) => key.startsWith('logs-a-b/')).map((key) => key.slice(9));
          expect(events.sort()).toEqual(idsThat('indexed').sort());
        },
      ),
      { numRuns: 100 },
    );
  });
});
