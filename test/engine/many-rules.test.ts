import { expect, it } from 'vitest';
import { encodeWindow } from '../../src/lumberjack/encoder.ts';
import { eventually, reported } from '../support/eventually.ts';
import { connectSender } from '../support/lumberjack/sender.ts';
import { Server } from '../support/server.ts';

/** Each rule of a kind in turn, with a query and a message of its own. */
const kinds = [
  { over: '1m', when: '>= 1' },
  { kind: 'new-term', field: 'url.path' },
  { kind: 'absence', every: '1h' },
];

const rules = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    name: `rule-${n}`,
    where: `tag : "tag-${n}" and not message : (ignored* or "${n} times")`,
    by: ['host.name'],
    message: `{{host.name}} sent {{value}} lines with tag ${n}`,
    ...kinds[n % kinds.length],
  }));

it('a reload from 20 rules to 2,000 applies all of them', async () => {
  const server = await Server.withConfig({ rules: rules(20), time: { idleAfter: '1s' } });
  await server.start();
  server.write({ ...server.read(), rules: rules(2_000) });
  const answer = await fetch(`http://127.0.0.1:${server.ports.api}/reload`, { method: 'POST' });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('rule-1999')]);
  const sender = await connectSender(server.ports.lumberjack);
  const event = {
    '@timestamp': new Date().toISOString(),
    message: 'x',
    tag: 'tag-1998',
    host: { name: 'web-1' },
  };
  sender.send(encodeWindow([JSON.stringify(event)]));
  await reported(server, 'logboom_alert_transitions_total{rule="rule-1998",state="active"}', 1);
  await eventually(async () => expect((await server.status()).alerts.open).toBe(1));
  expect(await server.stop()).toBe(0);
});
