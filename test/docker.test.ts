import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../src/config/load/load.ts';
import { accessTraffic, steadySchedule, tutorialRound, tutorialSchedule } from '../src/generator/traffic.ts';
import { backtest } from '../src/replay/backtest.ts';
import { rulesFrom } from '../src/replay/rules-file.ts';
import { aFolder } from './support/folder.ts';

const root = new URL('../', import.meta.url);
const dockerfile = readFileSync(new URL('docker/Dockerfile', root), 'utf8');

describe('the image', () => {
  it('copies only what the repository has', () => {
    const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) =>
      files!.split(' '),
    );
    expect(copies.length).toBeGreaterThan(3);
    expect(copies.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });

  it('does not run as root', () => {
    expect(dockerfile.match(/^USER (\w+)$/m)?.[1]).toBe('node');
  });

  it('starts what the build makes', () => {
    expect(dockerfile).toContain('ENTRYPOINT ["node", "dist/main.js"]');
    expect(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).bin.logboom).toBe('dist/main.js');
  });
});

describe('the build’s context', () => {
  it('holds what the image copies, and nothing else', () => {
    const ignore = readFileSync(new URL('docker/Dockerfile.dockerignore', root), 'utf8').split('\n');
    const kept = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) =>
      files!.split(' '),
    );
    expect(ignore).toContain('*');
    expect(kept.sort()).toEqual(copied.sort());
  });
});

const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const embedded = parse(read('docker/compose.embedded.yml'));
const stack = parse(read('docker/compose.yml'), { merge: true });

// test/real/compose.test.ts has Docker Compose's own loader read the files.
describe.each([
  ['the embedded store alone', embedded],
  ['the whole stack', stack],
])('the compose file of %s', (_, compose) => {
  it('publishes ports on loopback only', () => {
    for (const { ports = [] } of Object.values(compose.services) as { ports?: string[] }[])
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('leaves more time to stop than logboom takes at the most', () => {
    const { config } = loadConfig({ env: {}, path: 'x', readFile: () => '' });
    expect(Number.parseInt(compose.services.logboom.stop_grace_period, 10) * 1000).toBeGreaterThan(
      config!.shutdown.timeout,
    );
  });

  it('keeps the data folder of the image in a volume', () => {
    expect(dockerfile).toContain('ENV LOGBOOM_DATA=/data');
    const { volumes } = compose.services.logboom;
    const name = volumes.find((volume: string) => volume.endsWith(':/data')).split(':')[0];
    expect(Object.keys(compose.volumes)).toContain(name);
  });
});

describe('logboom in containers', () => {
  it('has an environment without a problem, alone', () => {
    const env = { ...embedded.services.logboom.environment, LOGBOOM_DATA: '/data' };
    expect(loadConfig({ env, path: 'x', readFile: () => '' }).problems).toEqual([]);
  });

  it('has a configuration without a problem, in the stack, and writes to the stack’s Elasticsearch', () => {
    const { config, problems } = loadConfig({
      env: { LOGBOOM_DATA: '/data' },
      path: 'x',
      readFile: () => read('docker/logboom.yml'),
    });
    expect(problems).toEqual([]);
    expect(config!.elasticsearch!.hosts).toEqual(['http://elasticsearch:9200']);
    expect(stack.services.kibana.ports).toContain(`127.0.0.1:${new URL(config!.kibana.url!).port}:5601`);
  });

  it('is shipped to by Filebeat, from the file that nginx writes', () => {
    const filebeat = parse(read('docker/filebeat.yml'));
    const [file] = filebeat['filebeat.inputs'][0].paths;
    // Variables are for the test that runs the parts outside containers; here their defaults count.
    const byDefault = (text: string) => text.replace(/\$\{\w+:(.+)\}/, '$1');
    expect(read('docker/nginx.conf')).toContain(`access_log ${byDefault(file)} combined;`);
    expect(filebeat['output.logstash'].hosts.map(byDefault)).toEqual(['logboom:5044']);
  });
});

describe('the generator of the stack', () => {
  const { generator } = parse(read('docker/compose.yml'), { merge: true }).services;
  const given = (name: string) => generator.command[generator.command.indexOf(name) + 1];

  it('opens and closes an alert once a round', async () => {
    const schedule = generator.command.includes('--tutorial')
      ? tutorialSchedule()
      : steadySchedule(Number(given('--rate')));
    const document = accessTraffic();
    const start = Date.parse('2026-11-21T00:00:00Z');
    const lines: string[] = [];
    for (const offset of schedule) {
      if (offset >= 2 * tutorialRound.length) break;
      lines.push(document(start + offset));
    }
    const path = `${aFolder()}/events.ndjson`;
    writeFileSync(path, lines.join('\n'));
    const config = rulesFrom({ path: new URL('docker/logboom.yml', root).pathname, env: {} });
    const { transitions } = await backtest({ config, inputs: [path], receivedAt: start + 3_600_000 });
    const bursts = transitions.filter(({ rule }) => rule === 'traffic-burst').map(({ to }) => to);
    expect(bursts).toEqual(['active', 'inactive', 'active', 'inactive']);
  });
});
