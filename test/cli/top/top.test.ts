import { describe, expect, it } from 'vitest';
import { top } from '../../../src/cli/commands/top.ts';
import type { TopSource } from '../../../src/cli/top/source.ts';
import type { Handlers, Screen } from '../../../src/cli/top/tty.ts';
import { aView } from '../../dashboards/top/view.ts';

function aScreen() {
  const written: string[] = [];
  const state: { handlers?: Handlers; ended: boolean } = { ended: false };
  const screen: Screen = {
    frame: () => ({ columns: 80, rows: 24, colour: true }),
    write: (text) => void written.push(text),
    begin: (handlers) => {
      state.handlers = handlers;
    },
    end: () => {
      state.ended = true;
    },
  };
  return { screen, written, state };
}

function aSource(read: TopSource['read'], closed: string[] = []): TopSource {
  const nothing = () => Promise.reject(new Error('not here'));
  return {
    ended: false,
    read,
    explain: nothing,
    acknowledge: nothing,
    silence: nothing,
    close: () => void closed.push('closed'),
  };
}

describe('logboom top', () => {
  it('prints one screen of plain text with --once, and ends', async () => {
    const { screen, written, state } = aScreen();
    const closed: string[] = [];
    expect(await top({ source: aSource(async () => aView(), closed), screen, once: true, query: '' })).toBe(
      0,
    );
    expect(written.join('')).toMatch(/^logboom top {2}access\.log.*\n.*now 41\.2\/s/);
    expect(written.join('')).not.toContain('\u001b');
    expect([state.handlers, closed]).toEqual([undefined, ['closed']]);
  });

  it('shows progress with --once until all is read', async () => {
    const { screen, written } = aScreen();
    const shown: string[] = [];
    const views = [aView({ progress: 'reading 10 %' }), aView({ progress: 'reading 60 %' }), aView()];
    const source = aSource(async () => views.shift()!);
    await top({ source, screen, once: true, query: '', onProgress: (text) => shown.push(text) });
    expect(shown).toEqual(['reading 10 %', 'reading 60 %', '']);
    expect(written.join('').match(/logboom top/g)).toHaveLength(1);
    expect(views).toEqual([]);
  });

  it('follows until q, and gives the terminal back', async () => {
    const { screen, written, state } = aScreen();
    let reads = 0;
    const source = aSource(async () => aView({ events: ++reads, progress: 'reading' }));
    const ended = top({ source, screen, once: false, query: '' });
    await expect.poll(() => reads).toBeGreaterThan(2);
    state.handlers!.onKey('q');
    expect(await ended).toBe(0);
    expect(state.ended).toBe(true);
    expect(written[0]).toContain('\u001b[2J');
    expect(written.slice(1).every((text) => !text.includes('\u001b[2J'))).toBe(true);
  });

  it('reads with the filter that is typed, and shows why it cannot be read', async () => {
    const { screen, written, state } = aScreen();
    const asked = new Set<string>();
    const source = aSource(async (query) => {
      asked.add(query);
      if (query !== '') throw new Error('the query does not end');
      return aView({ progress: 'reading' });
    });
    const ended = top({ source, screen, once: false, query: '' });
    await expect.poll(() => state.handlers).toBeDefined();
    for (const key of ['/', 'a', ':', '(', '\r']) state.handlers!.onKey(key);
    await expect.poll(() => written.join('')).toContain('the query does not end');
    expect(asked).toEqual(new Set(['', 'a:(']));
    state.handlers!.onKey('q');
    await ended;
  });

  it('does not read while it is paused, and draws anew after a resize', async () => {
    const { screen, written, state } = aScreen();
    let reads = 0;
    const source = aSource(async () => aView({ events: ++reads, progress: 'reading' }));
    const ended = top({ source, screen, once: false, query: '' });
    await expect.poll(() => reads).toBeGreaterThan(1);
    state.handlers!.onKey('p');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = reads;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reads).toBe(before);
    written.length = 0;
    state.handlers!.onResize();
    expect(written.join('')).toContain('\u001b[2J');
    state.handlers!.onKey('q');
    await ended;
  });

  it('fails with the reason where there is nothing to show', async () => {
    const { screen, state } = aScreen();
    const source = aSource(() => Promise.reject(new Error('No logboom answers')));
    await expect(top({ source, screen, once: false, query: '' })).rejects.toThrow('No logboom answers');
    expect(state.handlers).toBeUndefined();
  });
});
