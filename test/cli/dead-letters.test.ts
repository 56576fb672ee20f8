import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDataFolder } from '../../src/app/data-folder.ts';
import { type DeadLettersArguments, deadLetters } from '../../src/cli/commands/dead-letters.ts';
import { main } from '../../src/cli/main.ts';
import type { DeadLetter } from '../../src/model.ts';
import { openDeadLetters } from '../../src/sinks/elasticsearch/dead-letters/dead-letters.ts';
import { startFakeElasticsearch } from '../sinks/support/fake-elasticsearch.ts';
import { terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const letter = (id: string, changes: Partial<DeadLetter> = {}): DeadLetter => ({
  ...{ reason: 'document_parsing_exception: bad', index: 'logs-a-b', id, body: `{"n":${id}}` },
  ...changes,
});

/** A data folder with dead letters, its configuration, and a person at a terminal. */
async function aFolderWith(letters: DeadLetter[], config: object = {}) {
  const folder = aFolder();
  const file = join(folder, 'dead-letters.ndjson');
  let day = 0;
  const opened = await openDeadLetters(file, { now: () => Date.UTC(2026, 10, ++day) });
  for (const one of letters) await opened.add([one]);
  const yml = join(folder, 'logboom.yml');
  writeFileSync(yml, JSON.stringify({ data: folder, ...config }));
  const screen = terminal();
  const run = (action: string, ids: string[] = [], more: Partial<DeadLettersArguments> = {}) =>
    deadLetters({ action, ids, config: yml, ...more }, screen);
  const left = async () => (await openDeadLetters(file)).count;
  return { folder, yml, screen, run, left };
}

describe('dead-letters list', () => {
  it('shows when, which, for what index and why, the newest last', async () => {
    const { run, screen } = await aFolderWith([letter('1'), letter('2', { reason: 'other' })]);
    expect(await run('list')).toBe(0);
    expect(screen.text().split('\n')).toEqual([
      '  refused                  id  index     reason',
      '  2026-11-01 00:00:00.000  1   logs-a-b  document_parsing_exception: bad',
      '  2026-11-02 00:00:00.000  2   logs-a-b  other',
      '2 dead letters.',
    ]);
  });

  it.each<[Partial<DeadLettersArguments>, string[]]>([
    [{ index: 'alerts' }, ['3']],
    [{ index: 'logs-*' }, ['1', '2']],
    [{ reason: 'OTHER' }, ['2']],
    [{ since: '2026-11-02' }, ['2', '3']],
    [{ ids: ['1', '3'] }, ['1', '3']],
    [{ index: 'logs-*', since: '2026-11-02' }, ['2']],
  ])('with %j shows those alone', async (filter, ids) => {
    const letters = [letter('1'), letter('2', { reason: 'other' }), letter('3', { index: 'alerts' })];
    const { run, screen } = await aFolderWith(letters);
    await run('list', filter.ids ?? [], { ...filter, json: true });
    expect(
      screen
        .text()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(ids);
  });

  it('shows the newest hundred, and says how many there are', async () => {
    const { run, screen } = await aFolderWith([]);
    const many = await aFolderWith(Array.from({ length: 130 }, (_, i) => letter(`${i}`)));
    await many.run('list');
    const lines = many.screen.text().split('\n');
    expect(lines).toHaveLength(102);
    expect(lines.at(-1)).toBe('130 dead letters (the 100 newest are shown; --json prints all).');
    await run('list');
    expect(screen.text()).toBe('There are no such dead letters.');
  });

  it('prints JSON with the whole body, in base64 where it is no text', async () => {
    const { run, screen } = await aFolderWith([letter('1', { body: Buffer.from([0xff, 0x00]) })]);
    await run('list', [], { json: true });
    expect(JSON.parse(screen.text())).toMatchObject({ id: '1', base64: '/wA=' });
  });

  it('lets nothing through to the terminal that could hide or forge', async () => {
    const { run, screen } = await aFolderWith([letter('\u001b[2J', { reason: 'bad\u202e\nline' })]);
    await run('list');
    await run('show', ['\u001b[2J']);
    for (const control of ['\u001b', '\u202e']) expect(screen.text()).not.toContain(control);
  });
});

describe('dead-letters show', () => {
  it('shows one letter with its body', async () => {
    const { run, screen } = await aFolderWith([letter('7', { body: '{"message":"hello"}' })]);
    expect(await run('show', ['7'])).toBe(0);
    expect(screen.text()).toContain('reason   document_parsing_exception: bad');
    expect(screen.text()).toContain('{\n  "message": "hello"\n}');
  });

  it('ends with 1 where there is no such letter', async () => {
    const { run, screen } = await aFolderWith([letter('7')]);
    expect(await run('show', ['8'])).toBe(1);
    expect(screen.complaints()).toContain('no such dead letter');
  });
});

describe('dead-letters retry and drop, where no server runs', () => {
  it.each(['retry', 'drop'])('%s ends with 1 where there is no letter of that id', async (action) => {
    const server = await startFakeElasticsearch();
    onTestFinished(() => server.close());
    const { run, screen, left } = await aFolderWith([letter('1')], {
      elasticsearch: { hosts: [server.url] },
    });
    expect(await run(action, ['8'])).toBe(1);
    expect(screen.complaints()).toContain('no such dead letter');
    expect(await run(action, [], { reason: 'nothing like it' })).toBe(0);
    expect(await left()).toBe(1);
  });

  it('deliver under the ids that they had, and say what became of them', async () => {
    const server = await startFakeElasticsearch();
    onTestFinished(() => server.close());
    server.onBulk = ({ actions }) => ({
      items: actions.map(({ id }) =>
        id === '2' ? { status: 400, type: 'bad', reason: 'still' } : { status: 201 },
      ),
    });
    server.documents.set('logs-a-b/3', 'known');
    const { run, screen, left } = await aFolderWith([letter('1'), letter('2'), letter('3')], {
      elasticsearch: { hosts: [server.url] },
    });
    expect(await run('retry', [], { all: true })).toBe(1);
    expect(screen.text()).toBe(
      '1 dead letter delivered, 1 in the index already, 1 refused again, and kept with the new reason.',
    );
    expect(server.documents.get('logs-a-b/1')).toBe('{"n":1}');
    expect(await left()).toBe(1);
  });

  it('drop those that are meant, and leave the others', async () => {
    const { run, screen, left } = await aFolderWith([
      letter('1'),
      letter('2', { index: 'alerts' }),
      letter('3'),
    ]);
    expect(await run('drop', [], { index: 'logs-*' })).toBe(0);
    expect(screen.text()).toBe('2 dead letters dropped.');
    expect(await left()).toBe(1);
  });

  it.each(['retry', 'drop'])('%s wants to know which', async (action) => {
    const { run, left } = await aFolderWith([letter('1')]);
    await expect(run(action)).rejects.toMatchObject({ code: 'USAGE', message: /--all/ });
    expect(await left()).toBe(1);
  });
});

describe('dead-letters retry and drop, where a server holds the data folder', () => {
  async function aServer(status: number, answer: object) {
    const asked: unknown[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      asked.push([request.method, request.url, JSON.parse(text)]);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { port: (server.address() as AddressInfo).port, asked };
  }
  async function held(port: number) {
    const made = await aFolderWith([letter('1')], { api: { port } });
    const folder = openDataFolder(made.folder);
    onTestFinished(() => folder.release());
    return made;
  }

  it('ask it, and leave the file to it', async () => {
    const { port, asked } = await aServer(200, { kind: 'dropped', dropped: 5 });
    const { run, screen, left } = await held(port);
    expect(await run('drop', ['1', '2'])).toBe(0);
    expect(asked).toEqual([
      ['POST', '/dead-letters/drop', { ids: ['1', '2'], before: expect.stringMatching(/^20\d\d-/) }],
    ]);
    expect(screen.text()).toBe('5 dead letters dropped.');
    expect(await left()).toBe(1);
  });

  it('say why it could not', async () => {
    const { port } = await aServer(503, { error: 'Elasticsearch takes nothing at present: ECONNREFUSED' });
    const { run } = await held(port);
    await expect(run('retry', [], { all: true })).rejects.toThrow(/takes nothing at present: ECONNREFUSED/);
  });
});

describe('the command line', () => {
  it.each([
    [['dead-letters', 'burn'], /no `dead-letters burn`. Known actions: list, show, retry, drop/],
    [['dead-letters'], /action/i],
    [['dead-letters', 'list', '--sinse', 'x'], /no option --sinse; did you mean `--since`/],
    [['dead-letters', 'list', '--since', 'yesterday'], /--since takes a time/],
  ])('%j tells what is wrong', async (argv, message) => {
    const screen = terminal();
    const { yml } = await aFolderWith([]);
    const more = argv[1] === 'list' ? ['--config', yml] : [];
    expect(await main([...argv, ...more], screen)).toBe(2);
    expect(screen.complaints()).toMatch(message);
  });
});
