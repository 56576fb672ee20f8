import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './support/commands.ts';
import { type Project, readComposeFile, type Service } from './support/compose.ts';
import { releases } from './support/elasticsearch-build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = ['docker/compose.yml', 'docker/compose.embedded.yml'];
const servicesOf = async (file: string) => Object.entries((await readComposeFile(join(root, file))).services);

describe.each(files)('%s', (file) => {
  let services: [string, Service][];
  beforeAll(async () => {
    services = await servicesOf(file);
  });

  it('is what Docker Compose takes', () => {
    expect(services.map(([name]) => name)).toContain('logboom');
  });

  it('publishes ports on loopback only, and none twice', () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports);
    expect(ports.length).toBeGreaterThan(0);
    for (const { host_ip } of ports) expect(host_ip).toBe('127.0.0.1');
    expect(new Set(ports.map(({ published }) => published)).size).toBe(ports.length);
  });

  it('mounts files that are there', () => {
    const mounted = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter(({ type }) => type === 'bind')
      .map(({ source }) => source);
    expect(mounted.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('names the version of each image but our own', () => {
    for (const [, { image }] of services) expect(image).toMatch(/^logboom$|^[a-z/]+:\d+\.\d+/);
  });

  it('builds our own from the Dockerfile', () => {
    const [, logboom] = services.find(([name]) => name === 'logboom')!;
    expect(existsSync(join(logboom.build!.context, logboom.build!.dockerfile))).toBe(true);
  });

  it('gives our own image commands that it has', async () => {
    const main = join(root, 'dist/main.js');
    for (const [, { image, command }] of services) {
      if (image !== 'logboom' || !command) continue;
      const usage = await run(process.execPath, [main, command[0]!, '--help']);
      for (const option of command.filter((word) => word.startsWith('--'))) expect(usage).toContain(option);
    }
  });

  it('waits for health only of services that tell it', () => {
    const tells = (name: string) => {
      const [, { image, healthcheck }] = services.find(([other]) => other === name)!;
      // Our own image has a health check of its own.
      return image === 'logboom' ? !healthcheck?.disable : healthcheck?.test !== undefined;
    };
    for (const [, { depends_on = {} }] of services)
      for (const [name, { condition }] of Object.entries(depends_on))
        expect(condition !== 'service_healthy' || tells(name)).toBe(true);
  });
});

describe('the whole stack', () => {
  let project: Project;
  beforeAll(async () => {
    project = await readComposeFile(join(root, 'docker/compose.yml'));
  });

  it('has every part of the chain', () => {
    expect(Object.keys(project.services).sort()).toEqual(
      ['elasticsearch', 'filebeat', 'generator', 'kibana', 'kibana-import', 'logboom', 'nginx'].sort(),
    );
  });

  it('runs the Elastic versions that are tested', () => {
    for (const name of ['elasticsearch', 'kibana', 'filebeat'])
      expect(project.services[name]!.image).toBe(`elastic/${name}:${releases['9'].version}`);
  });

  it('shows Filebeat the log that nginx writes', () => {
    const logs = (name: string) => project.services[name]!.volumes!.find(({ target }) => target === '/logs');
    expect(logs('filebeat')!.source).toBe(logs('nginx')!.source);
  });
});

describe('a compose file with a mistake', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'logboom-compose-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['a key that there is not', 'services: { a: { image: b, portz: [] } }', /portz/],
    ['a service that there is not', 'services: { a: { image: b, depends_on: [c] } }', /undefined service/],
    ['a volume that there is not', 'services: { a: { image: b, volumes: ["data:/v"] } }', /undefined volume/],
  ])('is noticed: %s', async (_, text, reason) => {
    const path = join(folder, 'compose.yml');
    await writeFile(path, text);
    await expect(readComposeFile(path)).rejects.toThrow(reason);
  });
});

describe('the Makefile', () => {
  it.each(['build', 'up', 'down', 'clean', 'demo', 'connect', 'status', 'logs', 'embedded', 'embedded-down'])(
    'has %s, and names files and commands that are there',
    async (target) => {
      const told = await run('make', ['--dry-run', target], { cwd: root });
      for (const [, file] of told.matchAll(/-f (\S+)/g)) expect(existsSync(join(root, file!))).toBe(true);
      for (const [, service] of told.matchAll(/(?:exec|--follow) (\S+)/g)) expect(service).toBe('logboom');
      expect(told).toMatch(/^docker /m);
    },
  );

  it('says what there is', async () => {
    expect(await run('make', [], { cwd: root })).toMatch(/^up +Start logboom, Elasticsearch, Kibana/m);
  });
});
