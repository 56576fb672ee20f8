import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from '../../src/telemetry/log.ts';

function logInto(format: 'auto' | 'pretty' | 'json', options: LogOptions = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'debug', format }, { terminal: false, ...options, destination });
  return { log, lines, json: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** The newline at a line's end is the only control character that a log may write, colours aside. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

describe('the log', () => {
  it('is ECS JSON where nobody watches', () => {
    const { log, json } = logInto('auto');
    log.info({ 'rule.name': 'burst' }, 'raised');
    expect(json()).toMatchObject([
      {
        'log.level': 'info',
        '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        'ecs.version': expect.any(String),
        'service.name': 'logboom',
        'rule.name': 'burst',
        message: 'raised',
      },
    ]);
  });

  it('is made for reading on a terminal', () => {
    const { log, lines } = logInto('auto', { terminal: true });
    log.warn({ 'rule.name': 'burst' }, 'raised');
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\].*WARN.*raised/s);
    expect(() => JSON.parse(lines[0]!)).toThrow();
  });

  it.each([
    ['json', true, true],
    ['json', false, true],
    ['pretty', false, false],
  ] as const)('is %s where the settings say so, terminal or not (%s)', (format, terminal, isJson) => {
    const { log, lines } = logInto(format, { terminal });
    log.info('x');
    expect(lines[0]!.startsWith('{')).toBe(isJson);
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = logInto('json');
    log.trace('x');
    expect(lines).toEqual([]);
  });

  it('names the thread that logs', () => {
    const { log, json } = logInto('json', { thread: 'analyser' });
    log.info('x');
    expect(json()[0]).toMatchObject({ 'process.thread.name': 'analyser' });
  });

  it('tells an error’s type, message and stack in ECS', () => {
    const { log, json } = logInto('json');
    log.error({ err: new TypeError('broken') }, 'x');
    expect(json()[0]).toMatchObject({
      error: { type: 'TypeError', message: 'broken', stack_trace: expect.stringContaining('log.test') },
    });
  });
});

describe('a log line', () => {
  const hostile = 'a\u001b[2K\rINFO forged\n[12:00:00] INFO: forged\u009b31m\u202eb\u2028c\u007f';

  it.each(['json', 'pretty'] as const)('carries no control characters of its input as %s', (format) => {
    const { log, lines } = logInto(format);
    log.info({ line: hostile, [hostile]: [{ deep: hostile }], list: [hostile] }, `got ${hostile}`);
    log.child({ hostile }).info('%s', hostile);
    for (const line of lines) {
      expect(line.endsWith('\n')).toBe(true);
      expect(line.slice(0, -1)).not.toMatch(controls);
    }
    expect(lines).toHaveLength(2);
  });

  it('shows what it cannot print', () => {
    const { log, lines } = logInto('pretty');
    log.info('got \u001b[31mred');
    expect(lines[0]).toContain('got \\u001b[31mred');
  });

  it('of an error cannot be forged by the error’s message', () => {
    const { log, lines } = logInto('pretty');
    log.error({ err: new Error(hostile) }, 'failed');
    const starts = lines
      .join('')
      .split('\n')
      .filter((line) => /^\[\d\d:/.test(line));
    expect(starts).toHaveLength(1);
    expect(lines.join('')).toMatch(/\n\s+at .*log\.test/);
  });
});

describe('a secret in the log', () => {
  const secret = 'hunter2-very-secret';
  const written: [title: string, fields: object, message?: string][] = [
    ['under its name', { password: secret }],
    ['further down', { config: { elasticsearch: { api_key: secret } } }],
    ['in a header', { request: { headers: { authorization: secret } } }],
    ['in an address', { url: `http://elastic:${secret}@localhost:9200/_bulk` }],
    ['after Bearer', { header: `Bearer ${secret}` }],
    ['in a Slack webhook', {}, `POST https://hooks.slack.com/services/T0/B0/${secret} failed`],
  ];
  it.each(written)('%s is left out', (_, fields, message) => {
    for (const format of ['json', 'pretty'] as const) {
      const { log, lines } = logInto(format);
      log.info(fields, message ?? 'x');
      expect(lines.join('')).not.toContain(secret);
      expect(lines.join('')).toContain('[secret]');
    }
  });

  it('that is known is left out wherever it turns up', () => {
    const known = 'quo"ted\\and known';
    const { log, lines } = logInto('json', { secrets: [known, 'abc'] });
    log.error({ err: new Error(`sent ${known} to abc`) }, `for ${known}`);
    const line = JSON.parse(lines[0]!) as { message: string; error: { message: string } };
    expect(line.message).toBe('for [secret]');
    expect(line.error.message).toBe('sent [secret] to abc');
  });

  it('does not break the line', () => {
    const { log, json } = logInto('json', { secrets: ['message'] });
    log.info({ password: 'x"y' }, 'a message');
    expect(json()).toHaveLength(1);
  });
});
