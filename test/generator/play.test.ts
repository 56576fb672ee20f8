import { describe, expect, it } from 'vitest';
import { first, generate, timeSaved } from '../../src/generator/generate.ts';
import { type Clock, type PlayOptions, type Progress, pauseOf, play } from '../../src/generator/play.ts';
import { tutorialRound, tutorialSchedule } from '../../src/generator/traffic.ts';
import { lumberjackServer } from '../support/lumberjack/server.ts';

/** A clock that passes only while one sleeps. */
function fakeClock(): Clock & { time: number } {
  return {
    time: 0,
    now() {
      return this.time;
    },
    async sleep(length) {
      this.time += length;
    },
  };
}

/** Plays against a server that acknowledges at once, and tells what left when. */
async function played(options: Partial<PlayOptions> & { schedule: Iterable<number> }) {
  const clock = fakeClock();
  const left: { at: number; documents: string[] }[] = [];
  const progress = await play({
    document: (at) => `${at}`,
    send: async (documents) => void left.push({ at: clock.time, documents }),
    start: 1_000_000,
    clock,
    ...options,
  });
  return { left, progress };
}

describe('a play', () => {
  it('sends each event when it is due, with the time at which it happened', async () => {
    const { left, progress } = await played({ schedule: [0, 10, 1_000] });
    expect(left).toEqual([
      { at: 0, documents: ['1000000'] },
      { at: 10, documents: ['1000010'] },
      { at: 1_000, documents: ['1001000'] },
    ]);
    expect(progress).toEqual({ sent: 3, acknowledged: 3, at: 1_001_000 });
  });

  it('sends together what is due together', async () => {
    const { left } = await played({ schedule: [0, 0, 0, 5, 5] });
    expect(left.map(({ documents }) => documents.length)).toEqual([3, 2]);
  });

  it('fills no window beyond its size', async () => {
    const { left } = await played({ schedule: Array<number>(10).fill(0), windowSize: 4 });
    expect(left.map(({ documents }) => documents.length)).toEqual([4, 4, 2]);
  });

  it('catches up after it was held, and does not shift what follows', async () => {
    const clock = fakeClock();
    const left: [number, number][] = [];
    await play({
      schedule: [0, 10, 20, 30, 100],
      document: () => '{}',
      send: async (documents) => {
        left.push([clock.time, documents.length]);
        if (left.length === 1) clock.time += 25;
      },
      start: 0,
      clock,
    });
    expect(left).toEqual([
      [0, 1],
      [25, 2],
      [30, 1],
      [100, 1],
    ]);
  });

  it.each([
    [{ speed: 2 }, [0, 5, 505]],
    [{ quietSpeed: 50 }, [0, 10, 30]],
    [{ speed: 2, quietSpeed: 50 }, [0, 5, 15]],
  ])('with %j takes less time, and event times stay true', async (pace, times) => {
    const { left } = await played({ schedule: [0, 10, 1_010], ...pace });
    expect(left.map(({ at }) => at)).toEqual(times);
    expect(left.flatMap(({ documents }) => documents)).toEqual(['1000000', '1000010', '1001010']);
  });

  it('waits while too many windows have no ACK', async () => {
    const acks: (() => void)[] = [];
    const playing = played({
      schedule: [0, 1, 2, 3, 4],
      maxWindows: 2,
      send: () => new Promise<void>((resolve) => acks.push(resolve)),
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(acks).toHaveLength(2);
    for (let i = 0; i < 5; i++) {
      acks[i]!();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await playing).progress).toMatchObject({ sent: 5, acknowledged: 5 });
  });

  it('tells of its progress with every ACK', async () => {
    const told: Progress[] = [];
    await played({ schedule: [0, 10, 20], onProgress: (progress) => told.push(progress) });
    expect(told.map(({ acknowledged }) => acknowledged)).toEqual([1, 2, 3]);
    expect(told.at(-1)).toEqual({ sent: 3, acknowledged: 3, at: 1_000_020 });
  });

  it('rejects when sending fails', async () => {
    const send = () => Promise.reject(new Error('the server is gone'));
    await expect(played({ schedule: tutorialSchedule(), send })).rejects.toThrow('the server is gone');
  });

  it.each(['waiting for what is due', 'waiting for an ACK'])('ends early while %s', async (what) => {
    const stop = new AbortController();
    const playing = play({
      schedule: [0, 60_000],
      document: () => '{}',
      send: () => (what === 'waiting for an ACK' ? new Promise(() => undefined) : Promise.resolve()),
      start: 0,
      maxWindows: 1,
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), 20);
    expect((await playing).sent).toBe(1);
  });

  it('does not begin when it was ended before', async () => {
    const { left } = await played({ schedule: tutorialSchedule(), signal: AbortSignal.abort() });
    expect(left).toEqual([]);
  });
});

describe('the fast tutorial', () => {
  const pace = { quietSpeed: 50 };

  it('is played in about three seconds, its burst at its own pace', () => {
    const offsets = [...first(tutorialRound.events, tutorialSchedule())];
    const wall = offsets.slice(1).reduce((sum, at, i) => sum + pauseOf(at - offsets[i]!, pace), 0);
    expect(wall).toBe(100 * 20 + 99 * 10);
  });

  it('begins so far in the past that it never reaches into the future', async () => {
    const offsets = [...first(tutorialRound.events, tutorialSchedule())];
    const start = -timeSaved(offsets, pace);
    const { left } = await played({ schedule: offsets, start, ...pace });
    for (const { at, documents } of left) expect(Number(documents[0])).toBeLessThanOrEqual(at);
    expect(Number(left.at(-1)!.documents[0])).toBe(left.at(-1)!.at);
  });
});

describe('generate', () => {
  it('sends as many events as were asked for and tells how it went', async () => {
    const server = await lumberjackServer();
    const progress = await generate({
      ...server,
      schedule: 'steady',
      rate: 100_000,
      count: 5_000,
      now: () => 0,
    });
    expect(progress).toMatchObject({ sent: 5_000, acknowledged: 5_000 });
    const documents = server.windows.flatMap((window) => window.documents.map((text) => JSON.parse(text)));
    expect(documents).toHaveLength(5_000);
    expect(documents[4_999]['@timestamp']).toBe('1970-01-01T00:00:00.050Z');
    expect(documents[0].host.name).toBe('web-1');
  });

  it('plays one round of the tutorial fast, up to the present', async () => {
    const server = await lumberjackServer();
    const before = Date.now();
    await generate({ ...server, schedule: 'tutorial', fast: true, speed: 10, hostName: 'shop' });
    const times = server.windows.flatMap((window) =>
      window.documents.map((text) => Date.parse(JSON.parse(text)['@timestamp'])),
    );
    expect(times).toHaveLength(tutorialRound.events);
    expect(times[100]! - times[0]!).toBe(100_000);
    expect(times.at(-1)!).toBeGreaterThanOrEqual(before);
    expect(times.at(-1)!).toBeLessThanOrEqual(Date.now());
  });

  it('sends the first event behind those that are left out at once, at the present time', async () => {
    const server = await lumberjackServer();
    const before = Date.now();
    await generate({ ...server, schedule: 'tutorial', skip: tutorialRound.quiet - 1, count: 3 });
    const times = server.windows.flatMap((window) =>
      window.documents.map((text) => Date.parse(JSON.parse(text)['@timestamp'])),
    );
    expect(times.map((at) => at - times[0]!)).toEqual([0, 1_000, 1_010]);
    expect(times[0]!).toBeGreaterThanOrEqual(before);
  });

  it('ends when it is told to, without a count', async () => {
    const server = await lumberjackServer();
    const stop = new AbortController();
    const generating = generate({ ...server, schedule: 'steady', rate: 1_000 }, stop.signal);
    setTimeout(() => stop.abort(), 100);
    expect((await generating).sent).toBeGreaterThan(10);
  });

  it('rejects where nobody listens', async () => {
    const server = await lumberjackServer();
    await server.close();
    await expect(generate({ ...server, schedule: 'steady' })).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
    });
  });
});
