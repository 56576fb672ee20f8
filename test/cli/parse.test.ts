import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLines } from '../../src/cli/commands/parse.ts';
import { aFolder } from '../support/folder.ts';

const real = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;

async function run(...words: string[]) {
  return runWith({}, ...words);
}

async function runWith(options: object, ...words: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    interactive: false,
  };
  const code = await parseLines({ _: words, ...options }, terminal, Date.parse('2026-11-20T12:00:00Z'));
  return { code, out: out.join('\n'), err: err.join('\n'), lines: out };
}

function file(...lines: string[]): string {
  const path = join(aFolder(), 'app.log');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

describe('logboom parse', () => {
  it('counts the formats of real lines, and shows the one that breaks off', async () => {
    const { code, out } = await run(real('apache-combined.log'), real('auth.log'));
    expect(out).toMatch(/access +10,000 +58.41 % +1\b/);
    expect(out).toMatch(/syslog +7,121 +41.59 % +0\b/);
    expect(out).toContain('1 × the user agent has no closing quote');
    expect(out).toContain('line 8,899:');
    expect(code).toBe(1);
  });

  it('reads all lines by the format that it is given, and says why others are not in it', async () => {
    const path = file('Nov 20 10:00:00 web1 app: hello', 'hello');
    const { code, out } = await run('syslog', path);
    expect(code).toBe(1);
    expect(out).toContain('1 × does not begin like a line of syslog');
    expect(out).toContain('line 2: hello');
  });

  it('answers 0 where every line was read', async () => {
    expect((await run(file('level=info msg=x', '{"a":1}'))).code).toBe(0);
  });

  it('prints what lines become as documents', async () => {
    const { lines } = await runWith({ ndjson: true }, file('2026-11-20 10:00:00 ERROR disk full'));
    expect(JSON.parse(lines[0]!)).toMatchObject({
      '@timestamp': '2026-11-20T10:00:00.000Z',
      log: { level: 'error' },
      message: 'disk full',
    });
  });

  it('writes the documents into a file', async () => {
    const out = join(aFolder(), 'out.ndjson');
    await runWith({ write: out }, real('auth.log'));
    const documents = readFileSync(out, 'utf8').trim().split('\n');
    expect(documents).toHaveLength(7121);
    expect(JSON.parse(documents[0]!).process.name).toBe('sshd');
  });

  it('reports as JSON', async () => {
    const report = JSON.parse((await runWith({ json: true }, file('x', 'y', 'level=info msg=x'))).out);
    expect(report).toMatchObject({
      events: 3,
      unrecognised: 2,
      formats: [{ format: 'logfmt', events: 1, failed: 0 }],
    });
    expect(report.failures[0]).toMatchObject({ events: 2, first: 1, example: 'x' });
  });

  it('names the formats where no file is given, and the file that cannot be read', async () => {
    await expect(run('syslog')).rejects.toThrow('Name a file of log lines');
    await expect(run('/nowhere/at.log')).rejects.toThrow('Cannot read /nowhere/at.log');
    await expect(runWith({ write: '/nowhere/out' }, file('x'))).rejects.toThrow('Cannot write /nowhere/out');
  });
});
