import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventView } from '../../src/events/index.ts';
import { ENTRY, Walker } from '../../src/events/walker.ts';
import { blockOf } from '../support/events.ts';

/** What a view of a block finds in each event, and what a view of the event alone finds. */
function found(texts: readonly string[], fields: readonly string[]) {
  const shared = new EventView();
  const block = blockOf(...texts);
  shared.open(block);
  return texts.map((text, index) => {
    shared.read(index);
    const alone = new EventView();
    alone.open(blockOf(text));
    alone.read(0);
    const of = (view: EventView) => ({
      problem: view.problem,
      values: fields.map((field) => view.get(field)),
      present: fields.map((field) => view.has(field)),
    });
    return { inBlock: of(shared), alone: of(alone) };
  });
}

/** The offsets, within the block, of the object that each `log` is like. */
function likes(...logs: string[]): number[] {
  const { bytes, spans } = blockOf(...logs.map((log) => `{"log":${log}}`));
  const walker = new Walker();
  walker.open(bytes);
  return logs.map((_, index) => {
    walker.walk(spans[2 * index]!, spans[2 * index + 1]!);
    return walker.entries[ENTRY - 1]! - walker.entries[2]!;
  });
}

describe('an object that differs from one before it in the digits of its first or last number', () => {
  it.each([
    ['{"offset":12,"file":{"path":"/a"}}', '{"offset":3456,"file":{"path":"/a"}}'],
    ['{"file":{"path":"/a"},"offset":12}', '{"file":{"path":"/a"},"offset":0}'],
    ['{"offset":1}', '{"offset":22}'],
  ])('%s is recognised in %s', (one, other) => {
    expect(likes(one, other)[1]).toBeLessThan(0);
  });

  it.each([
    ['{"offset":12,"file":{"path":"/a"}}', '{"offset":34,"file":{"path":"/b"}}'],
    ['{"offset":12,"file":{"path":"/a"}}', '{"offset":34,"file":{"path":"/a"},"x":1}'],
    ['{"offset":12,"file":{"path":"/a"}}', '{"offset":"34","file":{"path":"/a"}}'],
    ['{"offset":12,"file":{"path":"/a"}}', '{"offset":3.4,"file":{"path":"/a"}}'],
    ['{"offset":12,"file":{"path":"/a"}}', '{"offset":-3,"file":{"path":"/a"}}'],
    ['{"off\\":12,":"file/path"}', '{"off\\":34,":"file/path"}'],
    ['{"path":"/a:12"}', '{"path":"/a:34"}'],
    ['{"path":["/a",12]}', '{"path":["/a",34]}'],
  ])('%s is not recognised in %s', (one, other) => {
    expect(likes(one, other)[1]).toBe(0);
  });

  it('is refused with a number that is none', () => {
    const logs = ['7', '07', '00', '', '7x', '7e', '0'].map(
      (digits) => `{"log":{"offset":${digits},"a":"b"}}`,
    );
    const { bytes, spans } = blockOf(...logs);
    const walker = new Walker();
    walker.open(bytes);
    const walked = logs.map((_, index) => walker.walk(spans[2 * index]!, spans[2 * index + 1]!));
    expect(walked).toEqual(['whole', ...Array(5).fill('malformed'), 'whole']);
  });

  it('is refused where it is cut off', () => {
    const whole = '{"log":{"offset":7,"file":{"path":"/var/log/a"}}}';
    const cut = Array.from({ length: whole.length }, (_, length) => whole.slice(0, length));
    const { bytes, spans } = blockOf(whole, ...cut);
    const walker = new Walker();
    walker.open(bytes);
    const walked = [whole, ...cut].map((_, index) => walker.walk(spans[2 * index]!, spans[2 * index + 1]!));
    expect(walked).toEqual(['whole', ...Array(cut.length).fill('malformed')]);
  });

  it('is read as if it stood alone, whatever else the block holds', () => {
    const number = fc.oneof(
      fc.nat(30).map(String),
      fc.constantFrom('007', '-1', '1.5', '2e3', '"4"', 'null', ''),
    );
    const path = fc.constantFrom('/var/log/a', '/var/log/b', 'ä', '\\u00e4', '\\"offset\\":1', '1', '');
    const log = fc.tuple(number, path, fc.nat(11)).map(([digits, text, shape]) => {
      const file = `"file":{"path":"${text}"}`;
      return [
        `{"offset":${digits},${file}}`,
        `{${file},"offset":${digits}}`,
        `{"offset":${digits},${file},"offset":${digits}}`,
        `{"offset":${digits},"file.path":"${text}",${file}}`,
        `{"offset":${digits},"file":[{"path":"${text}"},{"path":2}]}`,
        `{"offset":${digits},"file":{"path":${digits}}}`,
        `{"file":{"path":${digits}},"offset":${digits}}`,
        `{ "offset" : ${digits} , ${file} }`,
        `{"offset\\":${digits},":"${text}"}`,
        `{"file":{"path":null},"offset":${digits}}`,
        `{"offset":{"file":{"path":${digits}}}}`,
        `{"offset":${digits}}`,
      ][shape]!;
    });
    const event = fc.tuple(
      log,
      fc.constantFrom('', ',"log.file.path":"more"', ',"log":{"offset":1}', ',"é":1'),
    );
    const fields = [
      'log.file.path',
      'log.offset',
      'log.offset.file.path',
      'log',
      'log.offset":1',
      'log.none',
      'é',
    ];
    fc.assert(
      fc.property(fc.array(event, { minLength: 2, maxLength: 30 }), (events) => {
        for (const { inBlock, alone } of found(
          events.map(([one, more]) => `{"log":${one}${more}}`),
          fields,
        ))
          expect(inBlock).toEqual(alone);
      }),
      { numRuns: 200 },
    );
  });
});
