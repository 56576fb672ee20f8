import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type LumberjackClient } from '../../src/generator/client.ts';
import { eventually, reported } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

let server: Server;
let client: LumberjackClient;

beforeAll(async () => {
  server = await Server.shared({ rules: [{ name: 'counted', over: '1s' }] });
  await server.start();
  client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
});
afterAll(async () => {
  client.close();
  await server.end();
});

const sound = (number: string) =>
  JSON.stringify({ '@timestamp': new Date().toISOString(), number, message: 'sound' });

/** Ships the document between two sound ones; the window is acknowledged, and the sound ones arrive. */
async function ship(name: string, document: string | Buffer): Promise<void> {
  await client.send([sound(`${name} before`), document, sound(`${name} after`)]);
  await eventually(
    async () => {
      const found = (await server.documents('logs-generic-default')).map(({ _source }) => _source.number);
      for (const place of ['before', 'after']) expect(found).toContain(`${name} ${place}`);
    },
    { timeout: 10_000 },
  );
}

interface Letter {
  reason: string;
  index: string;
  id: string;
  encoding: string;
  body: string;
}
const lettersInFile = () =>
  readFileSync(`${server.data}/dead-letters.ndjson`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Letter);

const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe('an event that is no document', () => {
  it.each<[name: string, document: string | Buffer, reason: RegExp]>([
    [
      'invalid UTF-8',
      Buffer.from('7b226d657373616765223a22ff22 7d'.replace(' ', ''), 'hex'),
      /not valid UTF-8/,
    ],
    ['a JSON array', '[{"message":"x"}]', /is a JSON array, not an object/],
    ['no JSON', 'plain text', /is not valid JSON/],
    ['nothing at all', ' ', /is empty/],
    ['JSON cut short', '{"message":"x', /is not valid JSON/],
    ['JSON nested ten thousand deep', deep(10_000), /is nested deeper than \d+ levels/],
  ])('is dead-lettered and the rest acknowledged: %s', async (name, document, reason) => {
    await ship(name, document);
    const letters = lettersInFile().filter((letter) => reason.test(letter.reason));
    const letter = letters.find(({ body, encoding }) =>
      Buffer.from(body, encoding === 'base64' ? 'base64' : 'utf8').equals(Buffer.from(document as string)),
    );
    expect(letter).toBeDefined();
    await eventually(async () => {
      const stored = await server.documents('logs-logboom.deadletters-default');
      const about = stored.map(({ _source }) => [
        (_source.error as { message: string }).message,
        (_source.logboom as { deadletter: { id: string } }).deadletter.id,
      ]);
      expect(about).toContainEqual([letter!.reason, letter!.id]);
    });
  });
});

/** The one document with that number, as it is stored. */
async function stored(number: string): Promise<Record<string, unknown>> {
  const found = (await server.documents('logs-generic-default')).filter(
    ({ _source }) => _source.number === number,
  );
  expect(found).toHaveLength(1);
  return found[0]!._source;
}

describe('an event that is odd', () => {
  it('becomes a document though its JSON has several lines', async () => {
    await ship('lines', '{\n  "number": "of lines",\r\n  "message": "x"\n}\n');
    expect(await stored('of lines')).toMatchObject({ message: 'x' });
  });

  it('becomes a document with the last of duplicate keys', async () => {
    await ship('keys', '{"number":"of keys","message":"first","message":"last"}');
    expect(await stored('of keys')).toMatchObject({ message: 'last' });
  });

  it('keeps its timestamp though that is of 1970', async () => {
    await ship('old', '{"number":"of 1970","@timestamp":"1970-01-01T00:00:01.000Z"}');
    const document = await stored('of 1970');
    expect(document).toMatchObject({ '@timestamp': '1970-01-01T00:00:01.000Z' });
    expect(document.tags).toBeUndefined();
  });

  it('counts as of its receipt where its timestamp is of tomorrow, which is kept', async () => {
    const before = Date.now();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    await ship('ahead', `{"number":"of tomorrow","@timestamp":"${tomorrow}"}`);
    const document = await stored('of tomorrow');
    expect(document).toMatchObject({ event: { created: tomorrow }, tags: ['_timestamp_ahead'] });
    expect(Date.parse(document['@timestamp'] as string)).toBeGreaterThanOrEqual(before - 1000);
    expect(Date.parse(document['@timestamp'] as string)).toBeLessThanOrEqual(Date.now());
  });

  it('bears the time of its receipt, and a tag, where it has no timestamp', async () => {
    const before = Date.now();
    await ship('timeless', '{"number":"timeless"}');
    const document = await stored('timeless');
    expect(document.tags).toEqual(['_timestampfailure']);
    expect(Date.parse(document['@timestamp'] as string)).toBeGreaterThanOrEqual(before);
  });
});

describe('the numbers after all that', () => {
  it('count every event once', async () => {
    await reported(server, 'logboom_events_ahead_total', 1);
    expect(lettersInFile()).toHaveLength(6);
    expect(server.log.filter((line) => line['log.level'] === 'error')).toEqual([]);
    expect((await server.get('/health')).status).toBe(200);
  });
});
