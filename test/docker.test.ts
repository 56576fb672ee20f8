import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../src/config/load.ts';

const root = new URL('../', import.meta.url);
const dockerfile = readFileSync(new URL('docker/Dockerfile', root), 'utf8');
const compose = parse(readFileSync(new URL('docker/compose.yml', root), 'utf8'));

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

describe('the compose file', () => {
  it('publishes ports on loopback only', () => {
    for (const port of compose.services.logboom.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('gives logboom an environment without a problem', () => {
    const env = { ...compose.services.logboom.environment, LOGBOOM_DATA: '/data' };
    expect(loadConfig({ env, path: 'x', readFile: () => '' }).problems).toEqual([]);
  });

  it('leaves more time to stop than logboom takes at the most', () => {
    const { config } = loadConfig({ env: {}, path: 'x', readFile: () => '' });
    expect(Number.parseInt(compose.services.logboom.stop_grace_period, 10) * 1000).toBeGreaterThan(
      config!.shutdown.timeout,
    );
  });
});
