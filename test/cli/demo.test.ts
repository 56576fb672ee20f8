import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { type DemoParts, demo } from '../../src/cli/demo/demo.ts';
import { openInbox } from '../../src/cli/demo/inbox.ts';
import {
  isFree,
  movedPorts,
  narrateProgress,
  narrateTransition,
  portOrAny,
} from '../../src/cli/demo/welcome.ts';
import type { GenerateOptions } from '../../src/generator/generate.ts';
import type { Progress } from '../../src/generator/play.ts';
import { fakeApp, signals, terminal } from '../support/cli.ts';
import { transition } from '../support/rules/transition.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
async function takenPort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

/** The demo with an app that raises and resolves one alert while the traffic plays. */
function stage(changes: DemoParts = {}) {
  const app = fakeApp();
  const screen = terminal();
  const played: GenerateOptions[] = [];
  const play = async (options: GenerateOptions, signal?: AbortSignal) => {
    played.push(options);
    // Rounds after the first last until the person has seen enough.
    if (played.length > 1) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    app.calls.options!.onTransition!(transition({ from: 'inactive', to: 'active' }));
    app.calls.options!.onTransition!(
      transition({ from: 'active', to: 'inactive', reason: '0 is no longer >= 5' }),
    );
    return { sent: 200, acknowledged: 200, at: 0 };
  };
  const { stop, send } = signals();
  const parts: DemoParts = { start: app.start, play, stop, resolveTimeout: 100, ...changes };
  return {
    ...app,
    screen,
    played,
    send,
    show: (given = {}) => demo({ once: true, ...given }, screen, parts),
  };
}

describe('the demo', () => {
  it('begins with the tutorial’s rule and a fresh folder', async () => {
    const { show, calls } = stage();
    expect(await show()).toBe(0);
    const { rules, data, elasticsearch } = calls.config!;
    expect(rules).toMatchObject([
      { name: 'traffic-burst', measure: 'count', over: 1000, every: 10, lateness: 100, when: '>= 5' },
    ]);
    expect(data).toContain('logboom-demo-');
    expect(elasticsearch).toBeUndefined();
  });

  it('plays the tutorial’s traffic against the listener', async () => {
    const { show, played } = stage();
    await show({ fast: true });
    expect(played).toMatchObject([
      { host: '127.0.0.1', port: 5044, schedule: 'tutorial', count: 400, fast: true },
    ]);
  });

  it('begins with a short quiet part, so that the first alert comes within seconds', async () => {
    const { show, played } = stage();
    await show();
    expect(played).toMatchObject([{ schedule: 'tutorial', skip: 90, count: 110, fast: false }]);
  });

  it('repeats the whole tutorial after that', async () => {
    const { show, played, send } = stage();
    const ended = show({ once: false });
    await expect.poll(() => played.length).toBe(2);
    send('SIGINT');
    await ended;
    expect(played[1]).toMatchObject({ skip: 0, count: 200 });
  });

  it('fits into 80 columns, shows the rule that it uses, and the page', async () => {
    const { show, screen, calls } = stage();
    await show({ data: '.' });
    expect(
      screen
        .text()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
    expect(screen.text()).toContain('http://localhost:9600/ui/');
    const [shown] = /rules:\n[\s\S]+?\n\n/.exec(screen.text())!;
    expect(parse(shown.replace(/^ {2}/gm, ''))).toMatchObject({
      rules: [{ name: 'traffic-burst', when: '>= 5' }],
    });
    expect(calls.config!.rules[0]).toMatchObject({ over: 1_000, every: 10, notify: ['people'] });
  });

  it('shows the message as people get it', async () => {
    const { show, screen, calls } = stage({
      play: async () => {
        const { people } = calls.config!.notifiers as Record<string, { url: string }>;
        await fetch(people!.url, {
          method: 'POST',
          body: JSON.stringify({ text: 'Alert\n5 events\u001b[2J' }),
        });
        return { sent: 1, acknowledged: 1, at: 0 };
      },
    });
    await show();
    expect(screen.text()).toContain('The message that people get:\n  │ Alert\n  │ 5 events');
    expect(screen.text()).not.toContain('\u001b[2J');
  });

  it.each(['', '{', 'null', '[]', '{"text":7}', `{"text":"${'x'.repeat(2 ** 20)}"}`])(
    'refuses a request that is no message, and takes the next one: %.12s',
    async (body) => {
      const texts: string[] = [];
      const inbox = await openInbox('127.0.0.1', (text) => texts.push(text));
      onTestFinished(() => inbox.close());
      const post = async (sent: string) => (await fetch(inbox.url, { method: 'POST', body: sent })).status;
      expect(await post(body)).toBe(400);
      expect(await post('{"text":"größer als 5"}')).toBe(200);
      expect(texts).toEqual(['größer als 5']);
    },
  );

  it('says that two rounds are played where quiet stretches are fast', async () => {
    const [slow, fast] = [stage(), stage()];
    await slow.show();
    expect(slow.screen.text()).not.toContain('rounds');
    await fast.show({ fast: true });
    expect(fast.screen.text()).toContain('It plays 2 rounds');
  });

  it('narrates: the beginning, each transition as it happens, what to try', async () => {
    const { show, screen } = stage();
    await show();
    const text = screen.text();
    const order = [
      'logboom runs with its embedded store',
      'The demo now ships traffic to localhost:5044',
      '▲ ALERT  traffic-burst (web-1)',
      '▽ resolved  traffic-burst (web-1)',
      '200 events were sent and acknowledged; one alert was raised.',
      "curl 'localhost:9200/alerts/_search?pretty'",
      "curl 'localhost:9200/logs-*/_search?pretty'",
      "curl 'localhost:9200/_cat/indices?v'",
      'output.logstash:',
      'stopped',
    ].map((part) => text.indexOf(part));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((one, other) => one - other));
  });

  it('removes its folder and stops the app at the end', async () => {
    const { show, calls } = stage();
    await show();
    expect(existsSync(calls.config!.data)).toBe(false);
    expect(calls.stops).toBe(1);
  });

  it('keeps a folder that was named', async () => {
    const { show, calls } = stage();
    await show({ data: '.' });
    expect(calls.config!.data).toBe('.');
    expect(existsSync('.')).toBe(true);
  });

  it('keeps running until Ctrl-C', async () => {
    const { show, screen, send, calls } = stage();
    const ended = show({ once: false });
    await expect.poll(screen.text).toContain('Ctrl-C stops it.');
    expect(calls.stops).toBe(0);
    send('SIGINT');
    expect(await ended).toBe(0);
    expect(calls.stops).toBe(1);
  });

  it('stops cleanly at Ctrl-C in the middle of the traffic', async () => {
    const play = (_: GenerateOptions, signal?: AbortSignal) =>
      new Promise<Progress>((resolve) => {
        signal!.addEventListener('abort', () => resolve({ sent: 7, acknowledged: 3, at: 0 }));
      });
    const { show, screen, send, calls } = stage({ play });
    const ended = show();
    await expect.poll(screen.text).toContain('now ships traffic');
    send('SIGINT');
    expect(await ended).toBe(0);
    expect(calls.stops).toBe(1);
    expect(screen.text()).not.toContain('were sent');
  });

  it('fails, stops and cleans up where the app fails', async () => {
    const { show, fail, calls } = stage({ play: () => new Promise(() => undefined) });
    const ended = show();
    fail(new Error('disk is gone'));
    await expect(ended).rejects.toThrow('disk is gone');
    expect(calls.stops).toBe(1);
    expect(existsSync(calls.config!.data)).toBe(false);
  });

  it('waits only so long for an alert that does not resolve', async () => {
    const { show, screen } = stage({
      play: async () => ({ sent: 1, acknowledged: 1, at: 0 }),
      resolveTimeout: 30,
    });
    await show();
    expect(screen.text()).toContain('1 events were sent and acknowledged; 0 alerts were raised');
  });

  it('asks for any free port where its own is taken', async () => {
    const taken = await takenPort();
    const { show, calls, screen } = stage({ wantedPorts: { lumberjack: taken, store: 9200, api: 9600 } });
    await show();
    expect(calls.config!.inputs.lumberjack.port).toBe(0);
    expect(screen.text()).toContain(`Port ${taken} is in use, so Lumberjack listens on localhost:5044.`);
  });
});

describe('ports', () => {
  it('are free or not', async () => {
    const taken = await takenPort();
    expect(await isFree(taken, '127.0.0.1')).toBe(false);
    expect(await portOrAny(taken, '127.0.0.1')).toBe(0);
    expect(await isFree(0, '127.0.0.1')).toBe(true);
  });

  it('are spoken of only where they moved', () => {
    const urls = {
      lumberjack: 'tcp://127.0.0.1:5044',
      store: 'http://127.0.0.1:1',
      api: 'http://127.0.0.1:2',
    };
    expect(movedPorts(urls, { lumberjack: 5044, store: 9200, api: 2 })).toEqual([
      'Port 9200 is in use, so the embedded store listens on localhost:1.',
    ]);
  });
});

describe('the narration', () => {
  it('counts the trickle and announces the burst once', () => {
    const lines: string[] = [];
    const tell = narrateProgress((line) => lines.push(line), 100);
    for (let acknowledged = 1; acknowledged <= 200; acknowledged++) tell({ acknowledged });
    expect(lines).toEqual([
      ...[20, 40, 60, 80, 100].map((events) => `${events} events sent and acknowledged, a second apart.`),
      'The burst begins: an event every 10 ms.',
    ]);
  });

  it('tells an alert with its message and reason', () => {
    expect(narrateTransition(transition())).toBe(
      [
        '▲ ALERT  traffic-burst (web-1), event time 22:13:20.000',
        '    web-1 served 7 requests in 1 s',
        '    because 7 is >= 5',
        '    window 22:13:19.000 to 22:13:20.000',
      ].join('\n'),
    );
  });

  it('tells a resolution without the message', () => {
    const text = narrateTransition(transition({ to: 'inactive', group: '', reason: '0 is not >= 5' }));
    expect(text.split('\n')).toHaveLength(3);
    expect(text).toMatch(/^▽ resolved {2}traffic-burst, /);
  });

  it('lets nothing of a sender act on the terminal', () => {
    expect(narrateTransition(transition({ group: '\u001b[2J', message: 'a\nb' }))).not.toContain('\u001b');
  });
});
