import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ServiceState, serviceManager } from '../../src/cli/commands/run.ts';
import { aFolder } from '../support/folder.ts';

describe('the service manager', () => {
  it('is nobody where none gave its address', () => {
    expect(serviceManager({})).toBeUndefined();
    expect(serviceManager({ WATCHDOG_USEC: '1000000' })).toBeUndefined();
  });

  it.each([
    [{}, undefined],
    [{ WATCHDOG_USEC: '30000000' }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: `${process.pid}` }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }, undefined],
    [{ WATCHDOG_USEC: '0' }, undefined],
    [{ WATCHDOG_USEC: 'soon' }, undefined],
  ])('keeps a watch as it says by %j', (env, watch) => {
    expect(serviceManager({ NOTIFY_SOCKET: '/run/notify', ...env })?.watchdogInterval).toBe(watch);
  });

  it('is told in its own words', async () => {
    const sent: string[][] = [];
    const manager = serviceManager({ NOTIFY_SOCKET: '/x' }, async (words) => void sent.push(words))!;
    await manager.notify('READY=1', 'listening');
    await manager.notify('WATCHDOG=1');
    expect(sent).toEqual([['READY=1', 'STATUS=listening'], ['WATCHDOG=1']]);
  });

  it.skipIf(process.platform === 'win32')(
    'hears by its own program, which gets its address alone',
    async () => {
      const folder = aFolder();
      const heard = join(folder, 'heard');
      const program = join(folder, 'systemd-notify');
      writeFileSync(program, `#!/bin/sh\necho "$NOTIFY_SOCKET $1 $2 $SECRET" > '${heard}'\n`);
      chmodSync(program, 0o700);
      const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, NOTIFY_SOCKET: '/x', SECRET: 'no' };
      await serviceManager(env)!.notify('STOPPING=1', 'on my way');
      const { readFileSync } = await import('node:fs');
      expect(readFileSync(heard, 'utf8')).toBe('/x STOPPING=1 STATUS=on my way \n');
    },
  );

  it('is not told where there is no such program', async () => {
    const manager = serviceManager({ PATH: aFolder(), NOTIFY_SOCKET: '/x' })!;
    await expect(manager.notify('READY=1' satisfies ServiceState)).rejects.toThrow(/systemd-notify/);
  });
});
