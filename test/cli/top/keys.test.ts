import { describe, expect, it } from 'vitest';
import { Keys } from '../../../src/cli/top/keys.ts';
import type { TopSource } from '../../../src/cli/top/source.ts';
import { anAlert, aView } from '../../dashboards/top/view.ts';

const view = aView({
  alerts: [anAlert({ id: 'one' }), anAlert({ id: 'two', rule: 'Many errors', group: 'web-1' })],
});

function start(changes: Partial<TopSource> = {}) {
  const done: string[] = [];
  const source: TopSource = {
    ended: false,
    read: async () => view,
    explain: async (id) => [`because of ${id}`],
    acknowledge: async (id) => {
      done.push(`acknowledge ${id}`);
      return 'acknowledged by ann';
    },
    silence: async (rule, group) => {
      done.push(`silence ${rule} ${group}`);
      return 'silenced';
    },
    close: () => undefined,
    ...changes,
  };
  const keys = new Keys({ sort: 'events', paused: false, query: '', marked: 0 }, source);
  const press = async (...all: string[]) => {
    for (const key of all) await keys.press(key, view);
    return keys.choice;
  };
  return { keys, press, done };
}

const [up, down, enter, leave, back, interrupt] = [
  '\u001b[A',
  '\u001b[B',
  '\r',
  '\u001b',
  '\u007f',
  '\u0003',
] as const;

describe('keys of logboom top', () => {
  it.each([['q'], [interrupt]])('%j leaves', async (key) => {
    const { keys, press } = start();
    await press(key);
    await keys.leaving;
    expect(keys.left).toBe(true);
  });

  it('q within a filter is a letter; Ctrl-C leaves there too', async () => {
    const { keys, press } = start();
    expect((await press('/', 'q')).typed).toBe('q');
    expect(keys.left).toBe(false);
    await press(interrupt);
    expect(keys.left).toBe(true);
  });

  it.each([
    [['p'], { paused: true }],
    [['p', 'p'], { paused: false }],
    [['s'], { sort: 'errors' }],
    [['s', 's', 's'], { sort: 'events' }],
    [['/', 'a', ':', '1', enter], { query: 'a:1', typed: undefined }],
    [['/', 'a', 'b', back, enter], { query: 'a' }],
    [['/', 'a', leave], { query: '', typed: undefined }],
    [['/', '\u001b[C', '\u0007', enter], { query: '' }],
    [[down], { marked: 1 }],
    [[down, down, down], { marked: 1 }],
    [[up], { marked: 0 }],
    [[enter, leave], { details: undefined }],
    [['z'], { notice: undefined }],
  ])('%j', async (all, expected) => expect(await start().press(...all)).toMatchObject(expected));

  it('act on the marked alert', async () => {
    const { press, done } = start();
    expect((await press(down, 'a')).notice).toBe('acknowledged by ann');
    await press('x');
    expect(done).toEqual(['acknowledge two', 'silence Many errors web-1']);
    expect((await press('e')).details).toEqual(['because of two']);
    expect((await press(enter, enter)).details![0]).toContain('Many errors (web-1): high, active since');
  });

  it('say why something could not be done', async () => {
    const { press } = start({ acknowledge: () => Promise.reject(new Error('the token may only read')) });
    expect((await press('a')).notice).toBe('the token may only read');
  });

  it('say that no alert is open', async () => {
    const { keys } = start();
    await keys.press('a', aView());
    expect(keys.choice.notice).toBe('No alert is open.');
  });
});
