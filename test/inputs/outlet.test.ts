import { describe, expect, it } from 'vitest';
import { LogboomError } from '../../src/errors.ts';
import { constantFields, EventWriter } from '../../src/inputs/event-writer.ts';
import { Outlet } from '../../src/inputs/outlet.ts';
import { splitLines } from '../../src/journal/record.ts';
import type { Batch, EventBlock, InputState } from '../../src/model.ts';
import { eventually } from '../support/eventually.ts';

interface Stored {
  lines: string[];
  states: readonly InputState[];
}

/** An outlet into a store that the test opens, closes and breaks. */
function anOutlet() {
  const stored: Stored[] = [];
  const blocks: EventBlock[] = [];
  const refused: unknown[] = [];
  const given = { fail: [] as unknown[], gate: Promise.resolve() };
  const outlet = new Outlet({
    origin: { input: 'web', connection: 'web', address: '' },
    store: {
      async append(batch: Batch, block: EventBlock, states: readonly InputState[]) {
        await given.gate;
        const failure = given.fail.shift();
        if (failure !== undefined) throw failure;
        blocks.push(block);
        stored.push({ lines: batch.payload.toString().trimEnd().split('\n'), states });
      },
      async saveStates(states: readonly InputState[]) {
        stored.push({ lines: [], states });
      },
    },
    telemetry: { batchStored: () => undefined, batchRefused: (error) => void refused.push(error) },
    firstPause: 5,
  });
  return { outlet, stored, refused, given, blocks };
}

const writer = new EventWriter();
writer.setTime('2026-11-29T10:00:00.000Z');
const constant = constantFields({});

function write(outlet: Outlet, text: string, offset = 0): void {
  const bytes = Buffer.from(text);
  writer.write(outlet.builder, constant, { bytes, from: 0, to: bytes.length, offset });
}

describe('the way of events into the journal', () => {
  it('takes events and their states in one batch, the last value of a state', async () => {
    const { outlet, stored } = anOutlet();
    write(outlet, 'one');
    outlet.builder.note('web/1', { offset: 4 });
    write(outlet, 'two');
    outlet.builder.note('web/1', { offset: 8 });
    outlet.flush();
    await eventually(() => expect(stored).toHaveLength(1));
    expect(stored[0]!.lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'one',
      'two',
    ]);
    expect(stored[0]!.states).toEqual([{ key: 'web/1', value: { offset: 8 } }]);
  });

  it('gives blocks that say where the documents lie, as the journal would find them', async () => {
    const { outlet, blocks } = anOutlet();
    for (const text of ['one', 'two "2"', 'drei ü']) write(outlet, text);
    outlet.flush();
    await eventually(() => expect(blocks).toHaveLength(1));
    const [block] = blocks as [EventBlock];
    expect([...block.spans]).toEqual([...splitLines(block.bytes).spans]);
  });

  it('saves states without events, and nothing where there is nothing', async () => {
    const { outlet, stored } = anOutlet();
    outlet.flush();
    outlet.builder.note('web/1', undefined);
    outlet.flush();
    await eventually(() =>
      expect(stored).toEqual([{ lines: [], states: [{ key: 'web/1', value: undefined }] }]),
    );
  });

  it('collects while a batch is on its way, and keeps the order', async () => {
    const { outlet, stored, given } = anOutlet();
    let open = () => {};
    given.gate = new Promise((resolve) => {
      open = resolve;
    });
    write(outlet, 'one');
    outlet.flush();
    for (const text of ['two', 'three']) {
      write(outlet, text);
      outlet.flush();
    }
    open();
    await eventually(() => expect(stored.map(({ lines }) => lines.length)).toEqual([1, 2]));
  });

  it('tries a refused batch again before any other', async () => {
    const { outlet, stored, refused, given } = anOutlet();
    given.fail = [new Error('full'), new Error('still full')];
    write(outlet, 'one');
    outlet.flush();
    write(outlet, 'two');
    outlet.flush();
    await eventually(() => expect(stored).toHaveLength(2));
    expect(stored[0]!.lines[0]).toContain('"one"');
    expect(refused).toHaveLength(2);
  });

  it('gives up where the journal is closed, and lets those go that wait for room', async () => {
    const { outlet, stored, refused, given } = anOutlet();
    given.fail = [new LogboomError('JOURNAL_CLOSED', 'closed')];
    while (!outlet.builder.isFull) write(outlet, 'x'.repeat(1000));
    await outlet.room();
    while (!outlet.builder.isFull) write(outlet, 'x'.repeat(1000));
    await outlet.room();
    expect(outlet.closed).toBe(true);
    expect([stored, refused]).toEqual([[], []]);
  });

  it('has room at once where a full builder can be sent, and else when the batch before it is stored', async () => {
    const { outlet, given } = anOutlet();
    while (!outlet.builder.isFull) write(outlet, 'x'.repeat(1000));
    await outlet.room();
    expect(outlet.builder.isFull).toBe(false);
    let open = () => {};
    given.gate = new Promise((resolve) => {
      open = resolve;
    });
    while (!outlet.builder.isFull) write(outlet, 'x'.repeat(1000));
    let hasRoom = false;
    const waiting = outlet.room().then(() => {
      hasRoom = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    open();
    await waiting;
    expect(hasRoom).toBe(true);
  });

  it('closes within its time although the store does not answer', async () => {
    const { outlet, given } = anOutlet();
    given.fail = Array.from({ length: 1000 }, () => new Error('full'));
    write(outlet, 'one');
    const began = performance.now();
    await outlet.close(50);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(outlet.closed).toBe(true);
  });
});
