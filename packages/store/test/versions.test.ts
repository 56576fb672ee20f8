import { describe, expect, it, onTestFinished } from 'vitest';
import { startStore } from '../src/store.ts';
import { newFolder } from './support.ts';

async function aStore() {
  const config = { host: '127.0.0.1', port: 0, keepAge: 7 * 86_400_000, keepSize: 2 ** 30 };
  const store = await startStore({ folder: newFolder(), config });
  onTestFinished(() => store.stop());
  const bulk = async (meta: object, document: object) => {
    const action = { index: { _index: 'alerts', _id: 'a', ...meta } };
    const body = `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`;
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await fetch(`${store.url}/_bulk`, { method: 'POST', headers, body });
    const answer = (await response.json()) as {
      items?: { index: Record<string, unknown> }[];
      error?: { reason: string };
    };
    return { item: answer.items?.[0]?.index, reason: answer.error?.reason };
  };
  const get = async () => (await fetch(`${store.url}/alerts/_doc/a`)).json();
  return { bulk, get, url: store.url };
}

describe('versions that the client keeps count of', () => {
  it('take a newer document, whatever the distance', async () => {
    const { bulk, get } = await aStore();
    const first = await bulk({ version: 3, version_type: 'external' }, { n: 1 });
    expect(first.item).toMatchObject({ status: 201, _version: 3 });
    const second = await bulk({ version: 7, version_type: 'external' }, { n: 2 });
    expect(second.item).toMatchObject({ status: 200, _version: 7 });
    expect(await get()).toMatchObject({ _version: 7, _source: { n: 2 } });
  });

  it.each([
    ['external', 5, 'current version [5] is higher or equal to the one provided [5]'],
    ['external', 4, 'current version [5] is higher or equal to the one provided [4]'],
    ['external_gte', 4, 'current version [5] is higher than the one provided [4]'],
  ])('refuse an older one: %s %i', async (version_type, version, reason) => {
    const { bulk, get } = await aStore();
    await bulk({ version: 5, version_type: 'external' }, { n: 1 });
    const { item } = await bulk({ version, version_type }, { n: 2 });
    expect(item).toMatchObject({
      status: 409,
      error: { type: 'version_conflict_engine_exception', reason: `[a]: version conflict, ${reason}` },
    });
    expect(await get()).toMatchObject({ _source: { n: 1 } });
  });

  it('take the same version again with external_gte', async () => {
    const { bulk } = await aStore();
    await bulk({ version: 5, version_type: 'external' }, { n: 1 });
    const { item } = await bulk({ version: 5, version_type: 'external_gte' }, { n: 2 });
    expect(item).toMatchObject({ status: 200, _version: 5 });
  });

  it('are refused without a type of their own, or with an unknown one', async () => {
    const { bulk } = await aStore();
    expect((await bulk({ version: 5 }, {})).reason).toContain('internal versioning can not be used');
    const unknown = await bulk({ version: 5, version_type: 'mine' }, {});
    expect(unknown.reason).toContain('No version type match [mine]');
  });

  it('may be given with a single document, too', async () => {
    const { url } = await aStore();
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"n":1}' };
    const response = await fetch(`${url}/alerts/_doc/a?version=9&version_type=external`, put);
    expect(await response.json()).toMatchObject({ _version: 9 });
  });
});
