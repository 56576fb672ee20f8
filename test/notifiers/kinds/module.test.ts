import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { notifierProblems } from '../../../src/notifiers/problems.ts';
import { load } from '../../support/config.ts';
import { aFolder } from '../../support/folder.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';

/** A notifier whose module has this code. */
function withModule(code: string, settings: Record<string, unknown> = {}) {
  const file = `${aFolder()}/mine.mjs`;
  writeFileSync(file, code);
  return aNotifier({ kind: 'module', file, settings });
}

describe('a module', () => {
  it('gets the alert and its settings, and its words are the answer', async () => {
    const notifier = withModule(
      'export async function notify(alert, { channel }) { return alert.alert.group + " to " + channel; }',
      { channel: '#ops' },
    );
    expect(await notifier.send(aNotification('ops'), anAttempt())).toEqual({ answer: 'web-1 to #ops' });
  });

  it('may return nothing', async () => {
    const notifier = withModule('export function notify() {}');
    expect(await notifier.send(aNotification('ops'), anAttempt())).toEqual({ answer: 'it returned' });
  });

  it.each<[what: string, code: string, expected: string, message: RegExp]>([
    [
      'throws',
      'export function notify() { throw new Error("no\\nluck"); }',
      'NOTIFIER_UNAVAILABLE',
      /failed: no luck/,
    ],
    [
      'rejects',
      'export const notify = async () => { throw "away"; }',
      'NOTIFIER_UNAVAILABLE',
      /failed: away/,
    ],
    [
      'says that another attempt is useless',
      'export function notify() { throw Object.assign(new Error("no such room"), { retryable: false }); }',
      'NOTIFIER_REFUSED',
      /no such room/,
    ],
    [
      'ends its thread',
      'export function notify() { process.exit(3); }',
      'NOTIFIER_UNAVAILABLE',
      /without an answer/,
    ],
    [
      'throws outside of the call',
      'export function notify() { setTimeout(() => { throw new Error("later"); }, 1); return new Promise(() => {}); }',
      'NOTIFIER_UNAVAILABLE',
      /later/,
    ],
    [
      'takes all memory',
      'export function notify() { const all = []; for (;;) all.push(new Array(1e5).fill({})); }',
      'NOTIFIER_UNAVAILABLE',
      /memory/,
    ],
    ['exports nothing', 'export const x = 1;', 'NOTIFIER_MISCONFIGURED', /exports no function `notify`/],
    ['is no JavaScript', 'export function (', 'NOTIFIER_MISCONFIGURED', /cannot be loaded/],
  ])('that %s fails its notification and nothing else', async (_, code, expected, message) => {
    const error = await failure(withModule(code).send(aNotification('ops'), anAttempt()));
    expect(error).toMatchObject({ code: expected, message: expect.stringMatching(message) });
  });

  it('with a loop without an end is stopped when its time is over, and others are delivered meanwhile', async () => {
    const stop = new AbortController();
    const stuck = failure(
      withModule('export function notify() { for (;;); }').send(
        aNotification('ops'),
        anAttempt({ signal: stop.signal }),
      ),
    );
    const fine = withModule('export const notify = () => "fine"');
    expect(await fine.send(aNotification('ops'), anAttempt())).toEqual({ answer: 'fine' });
    stop.abort();
    expect(await stuck).toMatchObject({ code: 'NOTIFIER_UNAVAILABLE', message: /no end in time/ });
  });

  it('that is not there is a problem of the configuration', () => {
    const yaml = 'notifiers: { mine: { kind: module, file: /none/mine.mjs } }';
    expect(load({ yaml, checks: [notifierProblems] }).problems).toMatchObject([
      { path: 'notifiers.mine.file', message: 'The module /none/mine.mjs cannot be read.' },
    ]);
  });
});
