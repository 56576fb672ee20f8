import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { eventually, reported } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';
import { Server } from '../../support/server.ts';
import { documentsOf, eventsOf, expectEachOnce, numbered, opened, send } from './support.ts';

it('a server that is killed holds each line of syslog and of a server of lines once', async () => {
  const [syslog, feed] = [await freePort(), await freePort()];
  const sockets: Socket[] = [];
  const source = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  source.listen(feed, '127.0.0.1');
  onTestFinished(() => void source.close());
  const server = await Server.withConfig({
    inputs: [
      { kind: 'syslog', name: 'syslog', port: syslog, dataset: 'killed.syslog' },
      { kind: 'tcp', name: 'feed', connect: [`127.0.0.1:${feed}`], dataset: 'killed.feed' },
    ],
    rules: [],
  });
  await server.start();
  const lines = (from: number, to: number) => numbered(from, to).map((line) => `<11>shop: ${line}`);
  const [first, second] = [numbered(0, 1_000), numbered(1_000, 1_500)];
  const socket = await opened({ port: syslog, host: '127.0.0.1' });
  socket.write(`${lines(0, 1_000).join('\0')}\0`);
  await eventually(() => expect(sockets).toHaveLength(1));
  sockets[0]!.write(`${first.join('\n')}\n`);
  await reported(server, eventsOf('syslog', 'syslog'), first.length);
  await reported(server, eventsOf('feed', 'tcp'), first.length);
  await server.kill();
  await server.start();
  await send({ port: syslog, host: '127.0.0.1' }, `${lines(1_000, 1_500).join('\n')}\n`);
  await eventually(() => expect(sockets).toHaveLength(2));
  sockets[1]!.write(`${second.join('\n')}\n`);
  const all = [...first, ...second];
  expectEachOnce(await documentsOf(server, 'logs-killed.syslog-default', all.length), all);
  expectEachOnce(await documentsOf(server, 'logs-killed.feed-default', all.length), all);
});
