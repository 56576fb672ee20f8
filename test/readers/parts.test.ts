import { describe, expect, it } from 'vitest';
import { openPayload } from '../../src/journal/record.ts';
import { Cleanup } from '../../src/util/files.ts';
import { Signal } from '../../src/util/waiting.ts';
import { aBatch } from '../support/journal/records.ts';
import { C, D, documentsOf, J } from '../support/lumberjack/frames.ts';

describe('undoing', () => {
  it('goes backwards, each step after the one before', async () => {
    const done: string[] = [];
    const undo = new Cleanup();
    undo.add(() => done.push('first'));
    undo.add(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done.push('second');
    });
    await undo.run();
    expect(done).toEqual(['second', 'first']);
  });

  it('twice does it once', async () => {
    let times = 0;
    const undo = new Cleanup();
    undo.add(() => {
      times += 1;
    });
    await Promise.all([undo.run(), undo.run()]);
    await undo.run();
    expect(times).toBe(1);
  });

  it('tries everything, then tells what went wrong', async () => {
    const done: string[] = [];
    const undo = new Cleanup();
    undo.add(() => done.push('first'));
    undo.add(() => Promise.reject(new Error('stuck')));
    undo.add(() => {
      throw new Error('broken');
    });
    await expect(undo.run()).rejects.toMatchObject({
      message: 'could not stop cleanly',
      errors: [{ message: 'broken' }, { message: 'stuck' }],
    });
    expect(done).toEqual(['first']);
  });

  it('tells a single failure as it is', async () => {
    const undo = new Cleanup();
    undo.add(() => Promise.reject(new Error('stuck')));
    await expect(undo.run()).rejects.toThrow('stuck');
  });
});

describe('a payload', () => {
  const texts = (encoding: 'lumberjack' | 'ndjson' | 'lines', payload: Buffer | string) =>
    documentsOf(openPayload(aBatch([], { encoding, payload: Buffer.from(payload as string) })));

  it('of Lumberjack frames is what they hold, in order', () => {
    const frames = Buffer.concat([C(J(1, '{"a":1}'), J(2, '{"b":2}')), D(3, { line: 'x' })]);
    expect(texts('lumberjack', frames)).toEqual(['{"a":1}', '{"b":2}', expect.stringContaining('"x"')]);
  });

  it('of NDJSON is a document a line, whether or not the last line ends', () => {
    expect(texts('ndjson', '{"a":1}\n\n{"b":2}')).toEqual(['{"a":1}', '{"b":2}']);
    expect(texts('ndjson', '{"a":1}\n')).toEqual(['{"a":1}']);
    expect(texts('ndjson', '')).toEqual([]);
  });

  it('of lines is a message each, whatever is in it', () => {
    const [first, second] = texts('lines', 'say "hi"\\ü\n{"a":1}\n').map((text) => JSON.parse(text));
    expect(first).toEqual({ message: 'say "hi"\\ü' });
    expect(second).toEqual({ message: '{"a":1}' });
  });

  it('that was never Lumberjack is refused', () => {
    expect(() => texts('lumberjack', 'hello')).toThrow();
  });
});

describe('a signal', () => {
  it('that comes before the wait is not lost, and counts once', async () => {
    const signal = new Signal();
    signal.raise();
    signal.raise();
    await signal.wait();
    let woken = false;
    const second = signal.wait().then(() => {
      woken = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(woken).toBe(false);
    signal.raise();
    await second;
  });
});
