import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GenerateArguments, generateOptions, generateTraffic } from '../../src/cli/commands/generate.ts';
import { generateScenario } from '../../src/cli/commands/scenario.ts';
import type { GenerateOptions } from '../../src/generator/generate.ts';
import type { Progress } from '../../src/generator/play.ts';
import { signals, terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const given = (changes: Partial<GenerateArguments> = {}): GenerateArguments => ({
  host: 'h',
  port: '5044',
  ...changes,
});

describe('generate', () => {
  it('reads its options', () => {
    const options = generateOptions(given({ rate: '100', count: '5', fast: true }));
    expect(options).toEqual({ host: 'h', port: 5044, rate: 100, count: 5, fast: true, schedule: 'steady' });
    expect(generateOptions(given({ tutorial: true }))).toEqual({
      host: 'h',
      port: 5044,
      fast: false,
      schedule: 'tutorial',
    });
  });

  it.each([
    [{ port: '0' }, '--port takes a whole number from 1 to 65535, but got "0".'],
    [{ port: '70000' }, '--port takes a whole number from 1 to 65535, but got "70000".'],
    [{ rate: 'fast' }, '--rate takes a whole number from 1, but got "fast".'],
    [{ count: '-1' }, '--count takes a whole number from 1, but got "-1".'],
    [{ count: '1e3' }, '--count takes a whole number from 1, but got "1e3".'],
  ])('refuses %j', (changes, message) => {
    expect(() => generateOptions(given(changes))).toThrow(
      expect.objectContaining({ code: 'USAGE', message }),
    );
  });

  it('says how many events were sent', async () => {
    const screen = terminal(false);
    const asked: GenerateOptions[] = [];
    const play = async (options: GenerateOptions) => {
      asked.push(options);
      return { sent: 5, acknowledged: 5, at: 0 };
    };
    expect(await generateTraffic(given(), screen, { play, stop: signals().stop })).toBe(0);
    expect(screen.text()).toBe('5 events sent and acknowledged');
    expect(asked[0]).not.toHaveProperty('onProgress');
  });

  it('shows progress to a person once a second, beside its output', async () => {
    const screen = terminal(true);
    const play = async ({ onProgress }: GenerateOptions) => {
      for (let sent = 0; sent < 1000; sent++) onProgress!({ sent, acknowledged: sent, at: 0 });
      await new Promise((resolve) => setTimeout(resolve, 1010));
      onProgress!({ sent: 3, acknowledged: 3, at: 0 });
      return { sent: 5, acknowledged: 5, at: 0 };
    };
    await generateTraffic(given(), screen, { play, stop: signals().stop });
    expect(screen.complaints()).toMatch(/^shipping to h:5044, Ctrl-C stops\n3 events acknowledged$/);
    expect(screen.text()).toBe('5 events sent and acknowledged');
  });

  it('ends with 0 at Ctrl-C', async () => {
    const { stop, send } = signals();
    const play = (_: GenerateOptions, signal?: AbortSignal) =>
      new Promise<Progress>((_resolve, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason));
      });
    const ended = generateTraffic(given(), terminal(), { play, stop });
    send('SIGINT');
    expect(await ended).toBe(0);
  });

  it('fails where the generator does', async () => {
    const play = () => Promise.reject(new Error('refused'));
    const ended = generateTraffic(given(), terminal(), { play, stop: signals().stop });
    await expect(ended).rejects.toThrow('refused');
  });
});

describe('generate --scenario', () => {
  it('writes a scenario of the real clock at once with --fast, by the times of the scenario', async () => {
    const to = join(aFolder(), 'access.log');
    const screen = terminal(false);
    const asked = { scenario: 'access-monitor', fast: true, to };
    expect(await generateScenario(asked, screen, signals().stop)).toBe(0);
    const lines = readFileSync(to, 'utf8').trim().split('\n');
    expect(lines.length).toBeGreaterThan(5_000);
    expect(lines[0]).toContain('[20/Nov/2026:10:00:0');
    expect(lines.at(-1)).toContain('[20/Nov/2026:10:11:5');
    expect(screen.complaints()).toMatch(/of 2026-11-20T10:00:0.* to 2026-11-20T10:11:5/);
  });
});
