import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { lumberjackServer } from '../support/lumberjack/server.ts';
import { aShipper } from '../support/lumberjack/shipper.ts';
import { patienceFrom } from '../support/patience.ts';

const shipping = (port: number) => ({
  port,
  documents: (window: number) => [`{"n":${window}}`],
  pause: () => 5,
});

describe('a shipper', () => {
  it('ends with what it shipped acknowledged', async () => {
    const server = await lumberjackServer();
    const acknowledged: number[] = [];
    const onAcknowledged = (window: number) => void acknowledged.push(window);
    const shipper = await aShipper({ ...shipping(server.port), onAcknowledged });
    await eventually(() => expect(server.windows.length).toBeGreaterThan(3));
    await shipper.end();
    expect(acknowledged).toEqual(server.windows.map((_, window) => window));
  });

  // Nothing is awaited here: the runner counts each rejection without a handler as a failure of this file.
  it('of a test that ends early leaves no rejection without a handler', async () => {
    const server = await lumberjackServer({ onWindow: () => undefined });
    await aShipper(shipping(server.port));
    await eventually(() => expect(server.windows.length).toBeGreaterThan(1));
  });
});

describe('the patience of tests', () => {
  it.each([
    [undefined, 1],
    ['5', 5],
    ['0.5', 0.5],
  ])('of %j is %d', (value, factor) => {
    expect(patienceFrom(value)).toBe(factor);
  });

  it.each(['', '0', '-1', 'much', 'Infinity'])('of %j is refused with the remedy', (value) => {
    expect(() => patienceFrom(value)).toThrow('set it to a number above 0');
  });
});
