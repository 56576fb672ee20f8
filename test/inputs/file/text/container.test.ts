import { describe, expect, it } from 'vitest';
import { containerLine } from '../../../../src/inputs/file/text/container.ts';

const read = (line: string, format: 'auto' | 'docker' | 'cri' = 'auto') => {
  const found = containerLine(Buffer.from(line), format);
  return found && { ...found, text: found.text.toString() };
};

describe('a line of a container runtime', () => {
  it.each([
    [
      'CRI, a whole line',
      '2026-11-29T10:00:00.123456789Z stdout F hello world',
      { text: 'hello world', time: '2026-11-29T10:00:00.123456789Z', stream: 'stdout', partial: false },
    ],
    [
      'CRI, a part of a line',
      '2026-11-29T10:00:00Z stderr P hel',
      { text: 'hel', time: '2026-11-29T10:00:00Z', stream: 'stderr', partial: true },
    ],
    [
      'CRI with several tags',
      '2026-11-29T10:00:00Z stdout F:x {"a":1}',
      { text: '{"a":1}', time: '2026-11-29T10:00:00Z', stream: 'stdout', partial: false },
    ],
    [
      'CRI with the offset of a zone: documents state UTC',
      '2026-11-29T10:00:00.5+01:00 stdout F x',
      { text: 'x', time: '2026-11-29T09:00:00.5Z', stream: 'stdout', partial: false },
    ],
    [
      'CRI, an empty line',
      '2026-11-29T10:00:00Z stdout F ',
      { text: '', time: '2026-11-29T10:00:00Z', stream: 'stdout', partial: false },
    ],
    [
      'Docker, a whole line',
      '{"log":"hello \\"you\\"\\n","stream":"stdout","time":"2026-11-29T10:00:00.1Z"}',
      { text: 'hello "you"', time: '2026-11-29T10:00:00.1Z', stream: 'stdout', partial: false },
    ],
    [
      'Docker with a carriage return',
      '{"log":"x\\r\\n","stream":"stderr","time":"2026-11-29T10:00:00Z"}',
      { text: 'x', time: '2026-11-29T10:00:00Z', stream: 'stderr', partial: false },
    ],
    [
      'Docker, a part of a line',
      '{"log":"hel","stream":"stdout"}',
      { text: 'hel', stream: 'stdout', partial: true },
    ],
    [
      'Docker with a time that is none and a stream that nobody knows: both are left out',
      '{"log":"x\\n","stream":"both\\"","time":"yesterday\\""}',
      { text: 'x', partial: false },
    ],
  ])('is read: %s', (_, line, expected) => {
    expect(read(line)).toEqual(expected);
  });

  it.each([
    'a line of a program',
    '2026-11-29 stdout F no time',
    '2026-11-29T10:00:00Z stdlog F no stream',
    '2026-11-29T10:00:00Z stdout X no tag',
    '{"message":"a program that writes JSON"}',
    '{"log":"broken',
    '',
  ])('is nothing else: %s', (line) => {
    expect(read(line)).toBeUndefined();
  });

  it('is of the format that is configured', () => {
    expect(read('2026-11-29T10:00:00Z stdout F x', 'docker')).toBeUndefined();
    expect(read('{"log":"x\\n"}', 'cri')).toBeUndefined();
  });
});
