import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/generator/random.ts';
import { MessageLines } from '../../src/generator/scenario/messages.ts';
import { messageFormats } from '../../src/generator/scenario/schema.ts';

const message = (text: string, level: 'info' | 'warning' = 'info', logger = 'app') => ({
  text,
  level,
  logger,
  weight: 1,
});
const linesOf = (format: 'json' | 'logfmt' | 'java', text = 'x', seed = 1) =>
  new MessageLines(format, [message(text)], seededRandom(seed));

describe('a line of JSON', () => {
  it('holds time, host, logger and text, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        (at, host, text, logger) => {
          const { level } = message(text);
          const line = linesOf('json').say(at, host, { level, text, logger });
          expect(line).not.toMatch(/[\r\n]/);
          const read = JSON.parse(line) as Record<string, string>;
          expect(Object.keys(read)).toEqual(['time', 'level', 'hostname', 'logger', 'msg']);
          expect(read.time).toBe(new Date(at).toISOString());
          expect([read.hostname, read.logger]).toEqual(
            [host, logger].map((name) => JSON.parse(JSON.stringify(name))),
          );
          if (!text.includes('{n}')) expect(read.msg).toBe(JSON.parse(JSON.stringify(text)));
        },
      ),
    );
  });

  it('has one number wherever the text asks for one, in text and in quotes', () => {
    for (const format of ['json', 'logfmt', 'java'] as const) {
      const line = linesOf(format, 'job {n} of "{n}"').line(0, 'h');
      const [, one, other] = /job (\d+) of \\?"(\d+)\\?"/.exec(line) ?? [];
      expect(one, line).toMatch(/^\d+$/);
      expect(other).toBe(one);
    }
  });

  it('draws no number for a text without one', () => {
    const random = seededRandom(3);
    let drawn = 0;
    const counted = () => {
      drawn += 1;
      return random();
    };
    const lines = new MessageLines('json', [message('plain')], counted);
    lines.say(0, 'h', message('plain'));
    expect(drawn).toBe(0);
    lines.say(0, 'h', message('{n}'));
    expect(drawn).toBe(1);
  });
});

describe('the time of a line', () => {
  const cases = [
    0, 0.4, 999, 999.9, 1_000, 59_999, 86_399_999, 1_709_164_799_999, 4_102_444_799_001.7, 999, 0,
  ];

  it.each(messageFormats)('of the format %s is that of its event, also after a later one', (format) => {
    const lines = new MessageLines(format, [message('x')], seededRandom(1));
    for (const at of cases) {
      const fresh = new MessageLines(format, [message('x')], seededRandom(1));
      expect(lines.line(at, 'h').replace(/\*\d+/, '')).toBe(fresh.line(at, 'h').replace(/\*\d+/, ''));
    }
  });

  it('has its milliseconds', () => {
    const lines = linesOf('json');
    for (const at of cases) expect(JSON.parse(lines.line(at, 'h')).time).toBe(new Date(at).toISOString());
  });
});
