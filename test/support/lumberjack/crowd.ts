import { setTimeout as after } from 'node:timers/promises';
import { encodeWindow } from '../../../src/lumberjack/encoder.ts';
import { connectSender } from './sender.ts';

export interface Crowd {
  /** Ends all senders, and returns how many events they have the ACK of. */
  end(): Promise<number>;
}

/** Healthy senders on one address, each with a connection of its own, that ship a few events every `pause` milliseconds. */
export async function startCrowd(port: number, senders: number, pause: number): Promise<Crowd> {
  let ended = false;
  const shipments = Array.from({ length: senders }, async (_, sender) => {
    const { send, sequences, socket } = await connectSender(port);
    let windows = 0;
    while (!ended) {
      send(encodeWindow([0, 1].map((n) => documentOf(sender, 2 * windows + n))));
      windows += 1;
      await sequences(windows);
      await after(pause * (0.5 + ((sender * 7919) % 1_000) / 1_000));
    }
    socket.end();
    return 2 * windows;
  });
  return {
    async end() {
      ended = true;
      return (await Promise.all(shipments)).reduce((sum, events) => sum + events, 0);
    },
  };
}

const documentOf = (sender: number, offset: number) =>
  JSON.stringify({
    '@timestamp': new Date(1_700_000_000_000 + offset).toISOString(),
    message: `line ${offset} of healthy sender ${sender}`,
    log: { offset, file: { path: `/var/log/${sender}.log` } },
    agent: { id: `crowd-${sender}`, name: `crowd-${sender}`, type: 'filebeat' },
    event: { dataset: 'crowd' },
  });
