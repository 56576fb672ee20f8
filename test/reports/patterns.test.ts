import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatternMiner, wordsOf } from '../../src/reports/patterns.ts';
import { processorTime } from '../support/patience.ts';

const mined = (...messages: string[]) => {
  const miner = new PatternMiner(1);
  for (const message of messages) miner.add(message, 0);
  return miner.patterns.map(({ words, counts }) => [words.join(' '), counts[0]]);
};

describe('the words of a message', () => {
  it.each([
    ['took 17 ms', 'took <*> ms'],
    ['took 17.5 ms', 'took <*> ms'],
    ['from 10.0.0.1:5044', 'from <*>'],
    ['id 2f1c9e4a-0b77-4d53-9f7e-3f1c9e4a0b77 gone', 'id <*> gone'],
    ['at 2026-11-29T10:00:00.123Z: x', 'at <*>: x'],
    ['pointer 0xdeadbeef freed', 'pointer <*> freed'],
    ['commit 9fceb02d0ae598e95dc970b74767f19372d61af8', 'commit <*>'],
    ['the facade decade', 'the facade decade'],
    ['peer 2001:db8:0:0:1:0:0:1 left', 'peer <*> left'],
    ['first line\n  at second', 'first line'],
    ['   ', ''],
  ])('%j: %j', (message, expected) => expect(wordsOf(message).join(' ')).toBe(expected));
});

describe('patterns', () => {
  it('are what messages of one kind have in common', () => {
    expect(
      mined(
        'Accepted password for ann from 10.0.0.1 port 22 ssh2',
        'Accepted password for bob from 10.0.0.2 port 23 ssh2',
        'Connection closed by 10.0.0.3',
        'Accepted password for eve from 10.0.0.9 port 24 ssh2',
      ),
    ).toEqual([
      ['Accepted password for <*> from <*> port <*> ssh2', 3],
      ['Connection closed by <*>', 1],
    ]);
  });

  it('keep messages apart that share fewer than half of their words', () => {
    expect(mined('cache miss for key', 'cache full at last')).toHaveLength(2);
  });

  it('keep messages of different length apart', () => {
    expect(mined('job done', 'job done late')).toHaveLength(2);
  });

  it('are bounded: lines of further ones are counted', () => {
    const miner = new PatternMiner(1);
    const word = (place: number) => [...String(place)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    for (let place = 0; place < 3_000; place++) miner.add(`${word(place)} ${word(place * 7 + 1)}`, 0);
    expect(miner.patterns.length).toBe(2_000);
    expect(miner.others).toBeGreaterThan(0);
    const counted = miner.patterns.reduce((sum, { counts }) => sum + counts[0]!, 0);
    expect(counted + miner.others).toBe(3_000);
  });

  it('count every line once, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 })), (messages) => {
        const miner = new PatternMiner(1);
        for (const message of messages) miner.add(message, 0);
        const counted = miner.patterns.reduce((sum, { counts }) => sum + counts[0]!, 0);
        const wordless = messages.filter((message) => wordsOf(message).length === 0).length;
        expect(counted + miner.others + wordless).toBe(messages.length);
      }),
    );
  });

  it('match every line that they count: words that do not stand for others are in it at their place', () => {
    const lines = fc.array(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd1', '17'), { minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(lines, (messages) => {
        const miner = new PatternMiner(1);
        for (const words of messages) miner.add(words.join(' '), 0);
        for (const words of messages) {
          const masked = wordsOf(words.join(' '));
          const fits = miner.patterns.some(
            (pattern) =>
              pattern.words.length === masked.length &&
              pattern.words.every((word, place) => word === '<*>' || word === masked[place]),
          );
          expect(fits).toBe(true);
        }
      }),
    );
  });

  it('cut a line of a megabyte in no time', () => {
    const took = processorTime(() =>
      mined('1 '.repeat(500_000), 'a.'.repeat(500_000), ':'.repeat(1_000_000)),
    );
    expect(took).toBeLessThan(500);
  });
});
