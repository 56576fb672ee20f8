import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Ask, init } from '../../src/cli/commands/init.ts';
import { testRules } from '../../src/cli/commands/test-rules.ts';
import { load } from '../../src/cli/configuration.ts';
import { elasticsearchFrom, logsFrom, notifierFrom, rulesFrom } from '../../src/cli/init/answers.ts';
import { openQuestions } from '../../src/cli/init/questions.ts';
import { fittingRules, typicalRules } from '../../src/cli/init/typical-rules.ts';
import { terminal } from '../support/cli.ts';

let folder: string;
let access: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logboom-init-'));
  access = join(folder, 'access.log');
  const line = (n: number) =>
    `192.0.2.${n % 9} - - [01/Jan/2026:10:00:${`${n % 60}`.padStart(2, '0')} +0000] "GET /${n} HTTP/1.1" 200 ${n} "-" "curl/8"`;
  writeFileSync(access, `${Array.from({ length: 200 }, (_, n) => line(n)).join('\n')}\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string) => readFileSync(join(folder, name), 'utf8');
const run = async (flags: Parameters<typeof init>[0], ask?: Ask) => {
  const screen = terminal();
  expect(await init({ folder, logs: access, ...flags }, screen, ask)).toBe(0);
  return screen;
};
const configOf = () => {
  const loaded = load({ config: join(folder, 'logboom.yml') });
  expect(loaded.problems).toEqual([]);
  return loaded.config!;
};

describe('logboom init', () => {
  it('looks at the file, and writes a configuration that check finds fine', async () => {
    const screen = await run({});
    expect(screen.text()).toContain('access.log: 100 % of 200 lines are in the format access.');
    const { rules, parsers, inputs, elasticsearch } = configOf();
    expect(rules.map(({ name }) => name)).toEqual(fittingRules('access'));
    expect(parsers.byDataset).toEqual({ 'web.access': 'access' });
    expect(parsers.enrich).toMatchObject({ userAgent: true, integrations: true });
    expect(inputs.lumberjack).toMatchObject({ enabled: true, port: 5044 });
    expect(elasticsearch).toBeUndefined();
  });

  it('writes the settings of Filebeat that matter for latency, and the dataset that names the parser', async () => {
    await run({});
    const filebeat = parse(file('filebeat.yml')) as Record<string, unknown>;
    expect(filebeat).toMatchObject({
      'queue.mem.flush.timeout': '0s',
      'output.logstash': { hosts: ['127.0.0.1:5044'] },
      'filebeat.inputs': [{ type: 'filestream', paths: [access], fields: { 'event.dataset': 'web.access' } }],
    });
  });

  it.each(['access', undefined])('writes tests of the rules that pass (format %s)', async (format) => {
    await run({ format: format ?? 'auto', rules: Object.keys(typicalRules).join(',') });
    const screen = terminal();
    expect(testRules([join(folder, 'rules.test.yml')], {}, screen), screen.text()).toBe(0);
    expect(screen.text()).toContain(`${Object.keys(typicalRules).length} passed, 0 failed`);
  });

  it('reads the files itself where it ships', async () => {
    await run({ shipper: 'logboom' });
    expect(existsSync(join(folder, 'filebeat.yml'))).toBe(false);
    const [input] = configOf().inputs.files;
    expect(input).toMatchObject({ name: 'logs', paths: [access], parser: 'access', startAt: 'end' });
  });

  it.each([
    ['https://hooks.slack.com/services/x', { kind: 'slack', url: 'https://hooks.slack.com/services/x' }],
    ['https://example.org/hook', { kind: 'webhook', url: 'https://example.org/hook' }],
    ['ann@example.org', { kind: 'email', to: ['ann@example.org'] }],
  ])('notifies %s', async (notify, notifier) => {
    await run({ notify });
    const { notifiers, rules } = configOf();
    expect(notifiers.people).toMatchObject(notifier);
    for (const rule of rules) expect(rule.notify).toEqual(['people']);
  });

  it('writes documents to an Elasticsearch, with the key from the environment', async () => {
    await run({ elasticsearch: 'https://es:9200/' });
    const written = parse(file('logboom.yml')) as { elasticsearch: unknown };
    expect(written.elasticsearch).toEqual({ hosts: ['https://es:9200'], api_key: '${ES_API_KEY}' });
  });

  it('keeps its files from other users', async () => {
    await run({});
    expect(spawnSync('stat', ['-c', '%a', join(folder, 'logboom.yml')], { encoding: 'utf8' }).stdout).toBe(
      '600\n',
    );
  });

  it('replaces no file without --force', async () => {
    await run({});
    writeFileSync(join(folder, 'logboom.yml'), 'mine');
    await expect(init({ folder, logs: access }, terminal(), undefined)).rejects.toThrow(
      `${folder}/logboom.yml and ${folder}/filebeat.yml and ${folder}/rules.test.yml are there already. --force replaces them`,
    );
    expect(file('logboom.yml')).toBe('mine');
    await run({ force: true });
    expect(file('logboom.yml')).toContain('rules:');
  });

  it('goes on where no file is there yet, and says so', async () => {
    const screen = await run({ logs: join(folder, 'later/*.log') });
    expect(screen.text()).toContain('No file matches');
    expect(configOf().parsers.byDataset).toEqual({});
  });

  it('does not force a format onto lines that it does not read', async () => {
    writeFileSync(access, 'one\ntwo words\n*** three\n');
    const screen = await run({});
    expect(screen.text()).toContain('no format reads most of its lines. `logboom parse');
    expect(configOf().parsers.byDataset).toEqual({});
  });

  it.each([
    [{ shipper: 'fluentd' }, '--shipper takes filebeat or logboom'],
    [{ elasticsearch: 'localhost' }, '--elasticsearch takes an address'],
    [{ notify: 'ann' }, '--notify takes the address of a webhook, an e-mail address, or none'],
    [{ rules: 'error-shares' }, 'There is no typical rule `error-shares`. Known rules: error-share'],
    [{ logs: ' ' }, 'Name the log files'],
  ])('refuses %j with what to write', async (flags, said) => {
    await expect(init({ folder, logs: access, ...flags }, terminal(), undefined)).rejects.toThrow(said);
    expect(existsSync(join(folder, 'logboom.yml'))).toBe(false);
  });
});

describe('the questions', () => {
  it('are asked for what no flag gives, again after an answer that cannot be read', async () => {
    const replies = ['nonsense', 'logboom', 'none', 'ann@example.org', 'silence'];
    const questions: string[] = [];
    const ask: Ask = async (question, byDefault) => {
      questions.push(`${question} [${byDefault}]`);
      return replies.shift()!;
    };
    const screen = await run({}, ask);
    expect(questions.map((text) => text.split(/[?:,]/)[0])).toEqual([
      'Who ships them',
      'Who ships them',
      'Address of Elasticsearch',
      'Who is notified',
      'Which rules',
    ]);
    expect(screen.complaints()).toBe('Not understood: "nonsense". Answer with filebeat or logboom.');
    expect(screen.text()).toContain('Typical rules');
    expect(configOf().rules.map(({ name }) => name)).toEqual(['silence']);
  });
});

/** A person at the terminal, who answers when asked; an answer may be a key such as Ctrl-C. */
async function answering(answers: readonly string[], flags: Parameters<typeof init>[0] = {}) {
  const [keyboard, display] = [new PassThrough(), new PassThrough()];
  const questions = openQuestions(keyboard, display);
  const screen = terminal();
  const left = [...answers];
  let shown = '';
  display.on('data', (text: Buffer) => {
    shown += text;
    // A question ends in its default; the same text comes again with each key, so it is taken away.
    if (!/\[[^\]]*\] $/.test(stripVTControlCharacters(shown)) || left.length === 0) return;
    shown = '';
    setImmediate((answer: string) => keyboard.write(answer), left.shift()!);
  });
  try {
    await init({ folder, ...flags }, screen, questions.ask);
  } finally {
    questions.close();
  }
  expect(left).toEqual([]);
  return screen;
}

describe('a person who is asked', () => {
  it('answers each question, again where the answer is not understood', async () => {
    const screen = await answering([
      ...[
        `${access}\r`,
        'fluentd\r',
        'LOGBOOM\r',
        'localhost:9200\r',
        'http://localhost:9200\r',
        'ann\r',
        'no\r',
      ],
      ...['all-of-them\r', 'error-share, silence\r'],
    ]);
    expect(screen.complaints().split('\n')).toEqual([
      'Not understood: "fluentd". Answer with filebeat or logboom.',
      'Not understood: "localhost:9200". Answer with an address such as https://localhost:9200, or none.',
      'Not understood: "ann". Answer with the address of a webhook, an e-mail address, or none.',
      expect.stringContaining('There is no typical rule `all-of-them`.'),
    ]);
    const written = parse(file('logboom.yml')) as Record<string, unknown>;
    expect(written).toMatchObject({ elasticsearch: { hosts: ['http://localhost:9200'] } });
    expect(written.notifiers).toBeUndefined();
    expect((written.rules as { name: string }[]).map(({ name }) => name)).toEqual(['error-share', 'silence']);
  });

  it('takes each default with Enter', async () => {
    await answering(['\r', '\r', '\r', '\r'], { logs: access });
    expect(configOf().rules.map(({ name }) => name)).toEqual(fittingRules('access'));
    expect(existsSync(join(folder, 'filebeat.yml'))).toBe(true);
  });

  it.each([
    ['Ctrl-C at once', ['\u0003']],
    ['Ctrl-D at once', ['\u0004']],
    ['Ctrl-C within an answer', ['\r', 'fil\u0003']],
    ['Ctrl-D at the last question', ['\r', '\r', '\r', '\u0004']],
  ])('leaves with %s, and nothing is written', async (_, answers) => {
    const asked = answers.length > 1 ? { logs: access } : {};
    await expect(answering(answers, asked)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'The questions were left. Nothing was written.',
    });
    expect(readdirSync(folder)).toEqual(['access.log']);
  });

  it('is not asked in vain where the files are there', async () => {
    writeFileSync(join(folder, 'logboom.yml'), 'mine');
    await expect(answering([])).rejects.toThrow(
      `${folder}/logboom.yml is there already. --force replaces it`,
    );
  });

  it('sees questions and rules within 80 columns', async () => {
    const questions: string[] = [];
    const ask: Ask = async (question, byDefault) => {
      questions.push(`${question} [${byDefault}] `);
      return byDefault;
    };
    const screen = await run({}, ask);
    expect(questions).toHaveLength(4);
    const rules = screen.text().split('Typical rules\n')[1]!.split('\n').slice(0, 5);
    for (const line of [...questions.slice(0, 3), ...rules]) expect(line.length, line).toBeLessThan(80);
  });

  it('says that a file is empty, and not that it has no format', async () => {
    writeFileSync(access, '');
    const screen = await run({});
    expect(screen.text()).toContain('access.log is empty. The format is recognised when lines arrive.');
    expect(screen.text()).not.toContain('no format reads');
  });
});

describe('answers', () => {
  it.each([
    ['', undefined],
    ['none', undefined],
    ['http://localhost:9200/', 'http://localhost:9200'],
  ])('Elasticsearch %j is %s', (text, address) => expect(elasticsearchFrom(text)).toBe(address));

  it.each(['', 'none', 'No', ' n ', 'NONE'])('nobody is notified: %j', (text) =>
    expect(notifierFrom(text)).toBeUndefined(),
  );

  it.each([
    ['/var/log/a.log', '/var/log/a.log'],
    [' /var/log/*.log ', '/var/log/*.log'],
    ['~/a b/*.log', join(homedir(), 'a b/*.log')],
    ['a.log', join(process.cwd(), 'a.log')],
    ['~a.log', join(process.cwd(), '~a.log')],
  ])('the files %j are those of %s', (text, path) => expect(logsFrom(text)).toBe(path));

  it.each([
    ['none', []],
    ['', []],
    ['all', Object.keys(typicalRules)],
    ['silence,error-share,silence', ['silence', 'error-share']],
    [' silence  error-share, ', ['silence', 'error-share']],
  ])('the rules %j are %j', (text, names) => expect(rulesFrom(text)).toEqual(names));
});
