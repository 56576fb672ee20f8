import { describe, expect, it, onTestFinished } from 'vitest';
import { DeadMansSwitch, notAlive } from '../../src/monitoring/dead-mans-switch.ts';
import { deadMansSwitchTelemetry } from '../../src/telemetry/components/self-monitoring.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { anHttpServer, reply } from '../support/http.ts';

async function aSwitch(code = 200) {
  const server = await anHttpServer((_, response) => reply(response, code));
  const instruments = silentInstruments();
  const state: { reason: string | undefined } = { reason: undefined };
  const posts = new DeadMansSwitch({
    notAlive: async () => state.reason,
    telemetry: deadMansSwitchTelemetry(instruments),
  });
  onTestFinished(() => posts.stop());
  const counted = async (outcome: string) => {
    const text = await instruments.metrics.metrics();
    return Number(new RegExp(`posts_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
  };
  return { server, posts, state, counted, config: { url: server.url, every: 20, timeout: 5_000 } };
}

describe("the dead man's switch", () => {
  it('posts at each interval while the server is alive', async () => {
    const { server, posts, config, counted } = await aSwitch();
    posts.restart(config);
    await eventually(() => expect(server.received.length).toBeGreaterThan(2));
    await eventually(async () => expect(await counted('posted')).toBeGreaterThan(2));
  });

  it('does not post while it is not, and counts that', async () => {
    const { server, posts, config, counted, state } = await aSwitch();
    state.reason = 'documents do not arrive';
    posts.restart(config);
    await eventually(async () => expect(await counted('withheld')).toBeGreaterThan(2));
    expect(server.received).toEqual([]);
    state.reason = undefined;
    await eventually(() => expect(server.received.length).toBeGreaterThan(0));
  });

  it('counts posts that the address refuses', async () => {
    const { posts, config, counted } = await aSwitch(503);
    posts.restart(config);
    await eventually(async () => expect(await counted('failed')).toBeGreaterThan(0));
  });

  it('counts posts that do not arrive', async () => {
    const { posts, config, counted } = await aSwitch();
    posts.restart({ ...config, url: 'http://127.0.0.1:1' });
    await eventually(async () => expect(await counted('failed')).toBeGreaterThan(0));
  });

  it('ends where a reload removes it', async () => {
    const { server, posts, config } = await aSwitch();
    posts.restart(config);
    await eventually(() => expect(server.received.length).toBeGreaterThan(0));
    posts.restart(undefined);
    const before = server.received.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.received.length).toBeLessThanOrEqual(before + 1);
  });
});

describe('a server is alive', () => {
  const journal = { fill: 0.1, damaged: 0 };
  const sink = { refused: { count: 0 } };

  it.each<[string, Parameters<typeof notAlive>, RegExp | undefined]>([
    ['while events are taken, counted and delivered', [{ journal, sink }, []], undefined],
    [
      'not while the journal is broken',
      [{ journal: { ...journal, broken: 'EIO' }, sink }, []],
      /no events: EIO/,
    ],
    [
      'not while the disk refuses',
      [{ journal: { ...journal, refusing: 'disk full' }, sink }, []],
      /disk full/,
    ],
    ['not while the analyser is silent', [{ journal, sink }, ['analyser']], /no answer from analyser/],
    ['not while the indexer is silent', [{ journal }, []], /no answer from indexer/],
    [
      'not while documents wait',
      [{ journal, sink: { ...sink, problem: { reason: 'refused', age: 1 } } }, []],
      /do not arrive: refused/,
    ],
  ])('%s', (_, given, expected) => {
    const found = notAlive(...given);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(expected);
  });
});
