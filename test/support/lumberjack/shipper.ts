import { setTimeout as after } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { connect } from '../../../src/generator/client.ts';

/**
 * A promise that the test awaits later. A test that ends early never does: the failure is handled all the same, so that the
 * failure of the test is the only one that is reported.
 */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

interface Shipping {
  port: number;
  /** The documents of a window, by its number from 0. */
  documents: (window: number) => string[];
  /** Milliseconds between the window of this number and the next one. */
  pause: (window: number) => number;
  onAcknowledged?: (window: number) => void;
}

/**
 * Ships one window after the other, over connections that it opens again, until it is told to end or the test is over. `end`
 * resolves when all that was shipped is acknowledged, and rejects when something was not.
 */
export async function aShipper({ port, documents, pause, onAcknowledged }: Shipping) {
  const client = await connect({ host: '127.0.0.1', port, reconnectAfter: 50 });
  const sends: Promise<void>[] = [];
  let running = true;
  onTestFinished(() => {
    running = false;
    client.close();
  });
  const ship = async () => {
    for (let window = 0; running; window += 1) {
      const sent = client.send(documents(window)).then(() => onAcknowledged?.(window));
      sends.push(awaitedLater(sent));
      await after(pause(window));
    }
  };
  const shipping = awaitedLater(ship());
  return {
    async end(): Promise<void> {
      running = false;
      await shipping;
      await Promise.all(sends);
    },
  };
}
