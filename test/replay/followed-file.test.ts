import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FollowedFile } from '../../src/replay/followed-file.ts';
import { aFolder } from '../support/folder.ts';

function follow(text: string) {
  const path = join(aFolder(), 'a.log');
  writeFileSync(path, text);
  const file = new FollowedFile(path);
  onTestFinished(() => file.close());
  const read = () => {
    let all = '';
    for (let lines = file.next(); lines !== undefined; lines = file.next()) all += lines.toString();
    return all;
  };
  return { path, file, read };
}

describe('a file that is followed', () => {
  it('is read to its last whole line, then as it grows', () => {
    const { path, read } = follow('one\ntwo\nthr');
    expect(read()).toBe('one\ntwo\n');
    appendFileSync(path, 'ee\n');
    expect(read()).toBe('three\n');
    expect(read()).toBe('');
  });

  it('loses and repeats no byte, however it is written', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'bb\n', '\n', 'ccc'), { maxLength: 30 }), (pieces) => {
        const { path, file, read } = follow('');
        let all = '';
        for (const piece of pieces) {
          appendFileSync(path, piece);
          all += read();
        }
        expect(all + (file.end()?.toString() ?? '')).toBe(pieces.join(''));
      }),
      { numRuns: 30 },
    );
  });

  it('is read to its end after it was renamed, before the new one of its name', () => {
    const { path, read } = follow('one\n');
    expect(read()).toBe('one\n');
    appendFileSync(path, 'two\n');
    renameSync(path, `${path}.1`);
    expect(read()).toBe('two\n');
    writeFileSync(path, 'three\n');
    expect(read()).toBe('three\n');
  });

  it('is read from its beginning after it was cut off', () => {
    const { path, read } = follow('one\ntwo\n');
    read();
    truncateSync(path, 0);
    expect(read()).toBe('');
    appendFileSync(path, 'x\n');
    expect(read()).toBe('x\n');
  });

  it('knows how far it is read', () => {
    const { file, read } = follow('one\ntwo\n');
    expect(file.progress).toEqual({ read: 0, size: 8 });
    read();
    expect(file.progress).toEqual({ read: 8, size: 8 });
  });

  it('that is not there is named', () => {
    expect(() => new FollowedFile('/nowhere/a.log')).toThrow(/Cannot read \/nowhere\/a.log: ENOENT/);
  });
});
