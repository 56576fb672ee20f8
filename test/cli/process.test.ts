import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { load } from '../support/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'logboom-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function logboom(args: string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}dist/main.js`, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
    timeout: 15_000,
  });
  return { status, stdout, stderr };
}

describe('the command line', () => {
  it('teaches with --help', () => {
    const { status, stdout, stderr } = logboom(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const part of [
      'logboom demo',
      'logboom check',
      'logboom run',
      'output.logstash:',
      'docs/configuration.md',
    ]) {
      expect(stdout).toContain(part);
    }
    expect(stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it.each(['run'])('has help for %s, without colours in a pipe', (command) => {
    const { status, stdout } = logboom([command, '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(`USAGE logboom ${command}`);
    expect(stdout).not.toContain('\u001b');
  });

  it('tells its version', () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
    expect(logboom(['--version']).stdout).toBe(`${version}\n`);
  });

  it.each([
    [['chek'], 'There is no command `chek`; did you mean `check`?'],
    [['backtest'], 'Missing required positional argument: RULES.'],
  ])('refuses %j with 2', (args, message) => {
    const { status, stdout, stderr } = logboom(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

it('run tells of a file that a setting names and that is not there, although a thread noticed it', () => {
  const config = join(folder, 'no-authority.yml');
  const free = 'api: { port: 0 }\ninputs: { lumberjack: { port: 0 } }';
  const target = 'elasticsearch: { hosts: ["https://127.0.0.1:1"], ssl_certificate_authorities: [gone.pem] }';
  writeFileSync(config, `data: ${folder}/data\n${free}\n${target}\n`);
  const { status, stderr } = logboom(['run', '--config', config]);
  expect(status).toBe(1);
  expect(stderr).toContain('logboom: elasticsearch.ssl_certificate_authorities names ');
  expect(stderr).not.toContain('a defect');
});

describe('check, as a process', () => {
  it('is fine without a file', () => {
    const { status, stdout } = logboom(['check']);
    expect(status).toBe(0);
    expect(stdout).toContain('configuration is fine (defaults and environment; there is no logboom.yml)');
  });

  it('reads logboom.yml of the working folder, and the environment', () => {
    writeFileSync(join(folder, 'logboom.yml'), 'data: elsewhere\n');
    const { status, stdout } = logboom(['check'], { LOGBOOM_INPUTS_LUMBERJACK_PORT: '5099' });
    rmSync(join(folder, 'logboom.yml'));
    expect(status).toBe(0);
    expect(stdout).toContain('configuration is fine (logboom.yml)');
    expect(stdout).toContain('127.0.0.1:5099');
  });

  it('tells all problems and ends with 1', () => {
    const path = join(folder, 'bad.yml');
    const text = 'inputs:\n  lumberjack:\n    prot: 1\napi: { host: 0.0.0.0 }\n';
    writeFileSync(path, text);
    const { status, stdout } = logboom(['check', '--config', path]);
    expect(status).toBe(1);
    expect(stdout).toContain('The configuration has 2 problems');
    for (const { message, remedy } of load({ yaml: text }).problems) {
      expect(stdout).toContain(message);
      expect(stdout).toContain(remedy);
    }
  });

  it('tells what is wrong within rules', () => {
    const rules = '[{ name: a, over: 1s, every: 3s, when: ">= 5" }]';
    const { status, stdout } = logboom(['check'], { LOGBOOM_RULES: rules });
    expect(status).toBe(1);
    expect(stdout).toContain(
      'LOGBOOM_RULES  rules[0].every (rule a) = "3s"\n  3s is longer than the window of 1s',
    );
  });

  it('finds the file by LOGBOOM_CONFIG', () => {
    const { status, stdout } = logboom(['check'], { LOGBOOM_CONFIG: 'gone.yml' });
    expect(status).toBe(1);
    expect(stdout).toContain('The configuration gone.yml cannot be read: ENOENT');
  });
});

describe('other commands, as processes', () => {
  it('run does not start on a bad configuration', () => {
    const { status, stdout, stderr } = logboom(['run'], { LOGBOOM_API_PORT: 'x' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('LOGBOOM_API_PORT  api.port = "x"');
  });

  it('status says that there is no server', () => {
    const { status, stderr } = logboom(['status', '--url', 'http://127.0.0.1:1']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^logboom: No logboom answers at http:\/\/127\.0\.0\.1:1 \(/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('the log goes to standard error as ECS JSON where there is no terminal, to the last line', () => {
    const script = `
      const { createLog } = await import(${JSON.stringify(`${root}dist/telemetry/log.js`)});
      createLog({ level: 'info', format: 'auto' }).error('last words');
      process.exit(7);
    `;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 7, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ 'log.level': 'error', message: 'last words' });
  });

  it('docs.mjs --check agrees that the pages are fresh', () => {
    const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/docs.mjs`, '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

/** A process that serves an app without anything in it; `stop` is the code of its stop(). */
async function serving(stop: string) {
  const script = `
    import { run } from ${JSON.stringify(`${root}dist/cli/commands/run.js`)};
    import { schema } from ${JSON.stringify(`${root}dist/config/schema/schema.js`)};
    const urls = { lumberjack: 'tcp://127.0.0.1:5044', api: 'http://127.0.0.1:9600' };
    const alive = setInterval(() => undefined, 1000);
    const stop = async () => { ${stop} };
    const app = { urls, status: async () => ({}), stop, failed: new Promise(() => undefined) };
    const terminal = { out: () => process.stdout.write('serving'), err: () => undefined, interactive: true };
    process.exitCode = await run(schema.parse({}), terminal, { start: async () => app });
    clearInterval(alive);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  await once(child.stdout, 'data');
  return child;
}

describe.skipIf(process.platform === 'win32')('a serving process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 after %s', async (signal) => {
    const child = await serving('return undefined');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends at once at a second signal', async () => {
    const child = await serving("process.stdout.write('stopping'); await new Promise(() => undefined)");
    child.kill('SIGTERM');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });
});
