import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';

it('the server that `npm run bench` measures counts what it is sent', async () => {
  const child = fork('benchmarks/server.mjs', { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill());
  const answer = async () => (await once(child, 'message'))[0] as Record<string, number>;
  const asked = (request: string) => {
    child.send(request);
    return answer();
  };
  const { port } = await answer();
  const client = await connect({ host: '127.0.0.1', port: port! });
  const begin = Date.parse('2026-11-20T10:00:00Z');
  const events = Array.from({ length: 50 }, (_, n) =>
    JSON.stringify({ '@timestamp': new Date(begin + n * 200).toISOString(), message: `line ${n}` }),
  );
  await client.send(events);
  // The clock passes the windows of the events above.
  await client.send([
    JSON.stringify({ '@timestamp': new Date(begin + 60_000).toISOString(), message: 'last' }),
  ]);
  client.close();
  await asked('counted');
  expect(await asked('result')).toEqual({ windows: 10, events: 50 });
});
