import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';

/** A program that this Node runs. */
const program = (source: string, more: string[] = []) => ({
  kind: 'command' as const,
  command: process.execPath,
  arguments: ['-e', source, '--', ...more],
});
const readInput = "let t='';process.stdin.on('data',(c)=>t+=c).on('end',()=>";

describe('a command', () => {
  it('gets the alert as JSON and its arguments without a shell', async () => {
    const source = `${readInput}console.log(process.argv.at(-1), JSON.parse(t).alert.group, process.env.LOGBOOM_NOTIFICATION_ID, process.env.HOME))`;
    const hostile = aNotification('ops', 1, { message: '$(touch /tmp/x); `id` "quoted"' });
    const notifier = aNotifier(program(source, ['{{message}}']));
    expect(await notifier.send(hostile, anAttempt())).toEqual({
      answer: 'it exited with 0: $(touch /tmp/x); `id` "quoted" web-1 n1-ops undefined',
    });
  });

  it.each([
    [75, 'NOTIFIER_UNAVAILABLE'],
    [1, 'NOTIFIER_UNAVAILABLE'],
    [65, 'NOTIFIER_REFUSED'],
  ])('that exits with %i makes it %s, with its words', async (code, expected) => {
    const notifier = aNotifier(program(`console.error('no\\nluck');process.exit(${code})`));
    expect(await failure(notifier.send(aNotification('ops'), anAttempt()))).toMatchObject({
      code: expected,
      message: `it exited with ${code}: no luck`,
    });
  });

  it('that hangs is killed with its children when its time is over', async () => {
    const path = `${aFolder()}/pid`;
    const source = `const c=require('child_process').spawn(process.execPath,['-e','setInterval(()=>{},1e3)']);require('fs').writeFileSync('${path}',String(c.pid));setInterval(()=>{},1e3)`;
    const notifier = aNotifier(program(source));
    const stop = new AbortController();
    const sending = failure(notifier.send(aNotification('ops'), anAttempt({ signal: stop.signal })));
    const child = await eventually(() => {
      const pid = Number(readFileSync(path, 'utf8'));
      expect(pid).toBeGreaterThan(0);
      return pid;
    });
    stop.abort();
    expect(await sending).toMatchObject({
      code: 'NOTIFIER_UNAVAILABLE',
      message: 'it was killed: no end in time',
    });
    await eventually(() => {
      // A killed child whose parent has ended may be a zombie until it is reaped.
      const stat = (() => {
        try {
          return readFileSync(`/proc/${child}/stat`, 'utf8');
        } catch {
          return 'Z';
        }
      })();
      expect(stat).toMatch(/Z/);
    });
  });

  it('that does not exist or may not run is named with its remedy', async () => {
    const path = `${aFolder()}/script`;
    writeFileSync(path, '#!/bin/sh\n');
    chmodSync(path, 0o600);
    const missing = aNotifier({ kind: 'command', command: '/nowhere/notify' });
    expect(await failure(missing.send(aNotification('ops'), anAttempt()))).toMatchObject({
      code: 'NOTIFIER_MISCONFIGURED',
      message: '/nowhere/notify cannot be started (ENOENT); correct `command` in `notifiers`',
    });
    const unrunnable = aNotifier({ kind: 'command', command: path });
    expect((await failure(unrunnable.send(aNotification('ops'), anAttempt())))?.message).toContain(
      'chmod +x',
    );
  });
});

describe('a file', () => {
  const linesIn = (path: string) => readFileSync(path, 'utf8').split('\n');

  it('gets a line of JSON for each notification, in folders that it creates', async () => {
    const path = `${aFolder()}/deep/alerts.ndjson`;
    const notifier = aNotifier({ kind: 'file', path });
    for (const number of [1, 2]) await notifier.send(aNotification('ops', number), anAttempt());
    expect(
      linesIn(path)
        .slice(0, 2)
        .map((line) => JSON.parse(line).id),
    ).toEqual(['n1-ops', 'n2-ops']);
    expect(linesIn(path)).toHaveLength(3);
  });

  it('begins a line of its own after a line that a crash cut off', async () => {
    const path = `${aFolder()}/alerts.ndjson`;
    writeFileSync(path, '{"id":"n0');
    await aNotifier({ kind: 'file', path }).send(aNotification('ops'), anAttempt());
    expect(JSON.parse(linesIn(path)[1]!).id).toBe('n1-ops');
  });

  it('that is a folder is named with its remedy', async () => {
    const notifier = aNotifier({ kind: 'file', path: aFolder() });
    expect(await failure(notifier.send(aNotification('ops'), anAttempt()))).toMatchObject({
      code: 'NOTIFIER_MISCONFIGURED',
      message: expect.stringContaining('correct `path`'),
    });
  });
});
