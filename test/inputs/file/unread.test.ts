import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Discovery } from '../../../src/inputs/file/discovery.ts';
import { FileRegistry } from '../../../src/inputs/file/registry.ts';
import { Scanner } from '../../../src/inputs/file/scanner.ts';
import type { FileHooks } from '../../../src/inputs/file/tailed-file.ts';
import { fileInputTelemetry } from '../../../src/telemetry/components/file-input.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { aFolder } from '../../support/folder.ts';

/** A scanner of `app.log` and its copies, whose files get no turns. */
function aScanner() {
  const folder = aFolder();
  const path = join(folder, 'app.log');
  const paths = [path];
  const registry = new FileRegistry(() => undefined);
  const hooks = {
    change: (file, change) => registry.change(file, change),
    isStopped: () => false,
  } as FileHooks;
  const look = async () => new Map(paths.map((one) => [one, { path: one, changed: true }]));
  const scanner = new Scanner(
    {
      settings: { startAt: 'beginning', compression: 'auto' },
      discovery: { look } as unknown as Discovery,
      registry,
      hooks,
      telemetry: fileInputTelemetry(silentInstruments(), 'all'),
      newId: () => String(Math.random()),
      now: () => Date.now(),
    },
    false,
  );
  const scan = () => scanner.scan(() => undefined);
  const copied = (name: string, make: (from: string, to: string) => void) => {
    make(path, join(folder, name));
    paths.push(join(folder, name));
  };
  return { path, registry, scanner, scan, copied };
}

const compress = (from: string, to: string) => writeFileSync(to, gzipSync(readFileSync(from)));

describe('a file that was empty when it was found and was written to since', () => {
  it.each([
    ['app.log.1', copyFileSync],
    ['app.log.1.gz', compress],
  ] as const)('is known as the original of %s before its first line was read', async (name, make) => {
    const { path, registry, scanner, scan, copied } = aScanner();
    writeFileSync(path, '');
    await scan();
    writeFileSync(path, 'one\ntwo\n');
    copied(name, make);
    await scan();
    expect([...registry.files].map((file) => file.path)).toEqual([path]);
    expect([...scanner.held.keys()]).toEqual([path.replace('app.log', name)]);
  });

  it('no longer holds its copy once it was cut, so that the copy is read', async () => {
    const { path, registry, scan, copied } = aScanner();
    writeFileSync(path, '');
    await scan();
    writeFileSync(path, 'one\ntwo\n');
    copied('app.log.1', copyFileSync);
    await scan();
    truncateSync(path);
    const [original] = registry.files;
    expect(original!.state.fingerprint.length).toBe(8);
    registry.miss(original!, Date.now(), true);
    await scan();
    expect([...registry.files].map(({ path: one, state }) => [one, state.offset])).toEqual([
      [path, 0],
      [`${path}.1`, 0],
    ]);
  });
});
