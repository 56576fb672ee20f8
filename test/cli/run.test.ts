import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/commands/run.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { fakeApp, signals, terminal } from '../support/cli.ts';

const config = schema.parse({ shutdown: { timeout: '50ms' } });
const { log } = silentInstruments();
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('run', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'serves until %s, stops the app and ends with 0',
    async (signal) => {
      const { start, calls } = fakeApp();
      const { stop, send } = signals();
      const ended = run(config, terminal(), { start, stop, log });
      await soon();
      expect(calls).toMatchObject({ stops: 0, config });
      send(signal);
      expect(await ended).toBe(0);
      expect(calls.stops).toBe(1);
    },
  );

  it('stops once it has started where the signal came before', async () => {
    const { app, calls } = fakeApp();
    const { stop, send } = signals();
    send('SIGTERM');
    const slowly = async () => {
      await soon();
      return app;
    };
    expect(await run(config, terminal(), { start: slowly, stop, log })).toBe(0);
    expect(calls.stops).toBe(1);
  });

  it('tells a person where it listens and what to do', async () => {
    const { start } = fakeApp();
    const { stop, send } = signals();
    const screen = terminal();
    send('SIGINT');
    await run(config, screen, { start, stop, log });
    expect(screen.text()).toContain('logboom listens on localhost:5044');
    expect(screen.text()).toContain('  output.logstash:\n    hosts: ["localhost:5044"]');
    expect(screen.text()).toContain("curl 'localhost:9200/alerts/_search?pretty'");
    expect(screen.text()).toContain("curl 'localhost:9600/status'");
  });

  it('prints nothing where nobody watches', async () => {
    const { stop, send } = signals();
    const screen = terminal(false);
    send('SIGINT');
    await run(config, screen, { start: fakeApp().start, stop, log });
    expect(screen.text()).toBe('');
  });

  it('stops and fails where the app cannot go on', async () => {
    const { start, calls, fail } = fakeApp();
    const { stop } = signals();
    const ended = run(config, terminal(), { start, stop, log });
    fail(new Error('disk is gone'));
    await expect(ended).rejects.toThrow('disk is gone');
    expect(calls.stops).toBe(1);
  });

  it('cuts a stop short that takes longer than allowed', async () => {
    const { start } = fakeApp({ stop: () => new Promise(() => undefined) });
    const { stop, send } = signals();
    send('SIGTERM');
    await expect(run(config, terminal(), { start, stop, log })).rejects.toMatchObject({
      code: 'STOP_TIMEOUT',
      message: 'The shutdown took longer than 50ms and was interrupted; acknowledged events are not lost.',
    });
  });

  it('leaves no listener behind', async () => {
    const { stop, send, emitter } = signals();
    send('SIGINT');
    await run(config, terminal(), { start: fakeApp().start, stop, log });
    expect(emitter.eventNames()).toEqual([]);
  });
});

describe('a second signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s exits at once with %i', (signal, code) => {
    const { send, exits, stop } = signals();
    send('SIGTERM');
    expect(exits).toEqual([]);
    expect(stop.signal.aborted).toBe(true);
    send(signal);
    expect(exits).toEqual([code]);
  });
});
