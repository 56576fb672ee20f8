import { spawn } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { root } from '../support/source-tree.ts';

/** A registry that takes connections and never answers. */
async function silentRegistry(): Promise<string> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

describe('the first run in a clone', () => {
  it('shows that packages are installed, and says so where the registry does not answer', async () => {
    const folder = aFolder();
    for (const path of ['scripts', 'package.json', 'package-lock.json', '.npmrc'])
      cpSync(join(root, path), join(folder, path), { recursive: true });
    mkdirSync(join(folder, 'home'));
    const registry = await silentRegistry();
    const child = spawn(process.execPath, [join(folder, 'scripts/ready.mjs')], {
      env: {
        ...{ PATH: process.env.PATH, HOME: join(folder, 'home') },
        ...{ npm_config_registry: registry, NO_PROXY: '127.0.0.1' },
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    onTestFinished(() => void process.kill(-child.pid!, 'SIGKILL'));
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += String(bytes);
    });
    await eventually(() => expect(said).toMatch(/^Installing packages \(once; about \d+ MB on disk\) …\n/));
    await eventually(() => expect(said).toMatch(/ … \d+ s\n/), { timeout: 30_000 });
    await eventually(() => expect(said).toContain('The package registry does not answer.'), {
      timeout: 60_000,
    });
    expect(said).toContain('npm config get registry');
  });
});
