import { connect } from '../../../src/generator/client.ts';
import type { Server } from '../../support/server.ts';

/** Ships lines as Filebeat does, and resolves when they are acknowledged. */
export async function shipTo({ ports }: Pick<Server, 'ports'>, ...messages: string[]): Promise<void> {
  const client = await connect({ host: '127.0.0.1', port: ports.lumberjack });
  const now = new Date().toISOString();
  await client.send(
    messages.map((message, at) =>
      JSON.stringify({
        '@timestamp': now,
        message,
        host: { name: 'web-1' },
        log: { file: { path: '/var/log/access.log' }, offset: Date.now() * 100 + at },
      }),
    ),
  );
  client.close();
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
/** A line of an access log, of the present second. */
export function line(path: string, status: number, agent = 'curl/8'): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date().toISOString())!;
  const stamp = `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`;
  return `192.0.2.7 - - [${stamp}] "GET ${path} HTTP/1.1" ${status} 512 "-" "${agent}"`;
}
