import { describe, expect, it } from 'vitest';
import { type FileState, freshState } from '../../../src/inputs/file/file-state.ts';
import { fingerprintOf, fits, isTail, tailOf } from '../../../src/inputs/file/fingerprint.ts';
import { FingerprintIndex } from '../../../src/inputs/file/fingerprint-index.ts';
import { type Candidate, decide, type Known, type Neighbours } from '../../../src/inputs/file/matching.ts';
import { isNamedAfter, isSameLog } from '../../../src/inputs/file/names.ts';

const long = Buffer.from('long head '.repeat(200));
const short = Buffer.from('short head\n');

const known = (path: string, head: Buffer, changes: Partial<FileState> = {}): Known => ({
  id: `logs/${path}`,
  state: {
    ...freshState({ path, device: '1', inode: '10' }),
    fingerprint: fingerprintOf(head),
    offset: head.length,
    tail: tailOf(head),
    ...changes,
  },
});

const candidate = (path: string, head: Buffer, changes: Partial<Candidate> = {}): Candidate => ({
  path,
  device: '1',
  inode: '20',
  size: head.length,
  head: head.subarray(0, 1024),
  gzip: false,
  ...changes,
});

const nobody: Neighbours = { sameInode: undefined, gone: [], present: [] };
const same = async () => true;
const other = async () => false;

describe('a fingerprint', () => {
  it('grows with its file, up to 1,024 bytes', () => {
    expect(fingerprintOf(short).length).toBe(short.length);
    expect(fingerprintOf(long).length).toBe(1024);
    expect(fingerprintOf(Buffer.alloc(0)).length).toBe(0);
  });

  it.each([
    ['the same bytes', short, true],
    ['more bytes behind them', Buffer.concat([short, long]), true],
    ['fewer bytes', short.subarray(1), false],
    ['other bytes', Buffer.from('other head\n'), false],
  ])('fits a file with %s or does not', (_, head, expected) => {
    expect(fits(fingerprintOf(short), head)).toBe(expected);
  });

  it('of nothing fits everything', () => {
    expect(fits(fingerprintOf(Buffer.alloc(0)), short)).toBe(true);
  });

  it('has a tail of the last 256 bytes', () => {
    expect(tailOf(long).length).toBe(256);
    expect(isTail(tailOf(long), long.subarray(-256))).toBe(true);
    expect(isTail(tailOf(long), long.subarray(-257, -1))).toBe(false);
    expect(isTail(tailOf(short), short)).toBe(true);
    expect(isTail(tailOf(short), Buffer.alloc(0))).toBe(false);
  });
});

describe('the index of fingerprints', () => {
  it('finds full ones under any name, and short ones under related names', () => {
    const index = new FingerprintIndex<Known>();
    const [full, brief] = [known('/a/app.log', long), known('/a/app.log', short)];
    index.add(full);
    index.add(brief);
    expect(index.find('/b/other.log', long)).toEqual([full]);
    expect(index.find('/a/app.log.1', short)).toEqual([brief]);
    expect(index.find('/a/web.log', short)).toEqual([]);
  });

  it('prefers the longest, and forgets what was removed', () => {
    const index = new FingerprintIndex<Known>();
    const [one, two] = [known('/a/app.log', short.subarray(0, 5)), known('/a/app.log', short)];
    index.add(one);
    index.add(two);
    expect(index.find('/a/app.log.1', short)).toEqual([two, one]);
    index.delete(two);
    expect(index.find('/a/app.log.1', short)).toEqual([one]);
    index.delete(one);
    expect(index.find('/a/app.log.1', short)).toEqual([]);
  });
});

describe('names that rotation gives', () => {
  it.each([
    ['app.log.1', 'app.log', true],
    ['app.log.1.gz', 'app.log', true],
    ['app.log-20261129', 'app.log', true],
    ['app-2026-11-29.log', 'app.log', true],
    ['app-2026-11-29.log.gz', 'app.log', true],
    ['app.log.old', 'app.log', true],
    ['web-2.log', 'web-1.log', false],
    ['web-1.log.1', 'web-1.log', true],
    ['other.log', 'app.log', false],
    ['application.log', 'app.log', false],
  ])('%s may be called after %s: %s', (copy, original, expected) => {
    expect(isNamedAfter(`/x/${copy}`, `/y/${original}`)).toBe(expected);
  });

  it('are of the same log with other numbers', () => {
    expect(isSameLog('/x/app.log.2', '/x/app.log.1')).toBe(true);
    expect(isSameLog('/x/app.log', '/x/web.log')).toBe(false);
  });
});

describe('whose file a candidate is', () => {
  it.each([
    ['new, where nothing fits', candidate('/a/app.log', long), nobody, same, { kind: 'new', label: 'new' }],
    [
      'the one with its inode and content',
      candidate('/a/app.log', long),
      { ...nobody, sameInode: known('/a/app.log', long) },
      same,
      { kind: 'adopt' },
    ],
    [
      'the one with its inode and content, by another name',
      candidate('/a/app.log.1', long),
      { ...nobody, sameInode: known('/a/app.log', long) },
      same,
      { kind: 'adopt' },
    ],
    [
      'truncated, where it is shorter than what was read',
      candidate('/a/app.log', short),
      { ...nobody, sameInode: known('/a/app.log', long) },
      same,
      { kind: 'new', label: 'truncated' },
    ],
    [
      'rewritten, where its beginning is another one',
      candidate('/a/app.log', Buffer.from('x'.repeat(5000))),
      { ...nobody, sameInode: known('/a/app.log', long) },
      same,
      { kind: 'new', label: 'rewritten' },
    ],
    [
      'rewritten, where only the bytes before the position are others',
      candidate('/a/app.log', long),
      { ...nobody, sameInode: known('/a/app.log', long) },
      other,
      { kind: 'new', label: 'rewritten' },
    ],
    [
      'another one, where the inode was given anew',
      candidate('/a/b.log', short),
      { ...nobody, sameInode: known('/a/app.log', long) },
      other,
      { kind: 'new', label: 'inode reused' },
    ],
    [
      'one that is gone, by its full fingerprint under any name',
      candidate('/z/archive', long),
      { ...nobody, gone: [known('/a/app.log', long)] },
      same,
      { kind: 'adopt' },
    ],
    [
      'not one that is gone, by a short fingerprint under a foreign name',
      candidate('/z/archive', short),
      { ...nobody, gone: [known('/a/app.log', short)] },
      same,
      { kind: 'new', label: 'new' },
    ],
    [
      'a copy of one that is there',
      candidate('/a/app.log.1', long),
      { ...nobody, present: [known('/a/app.log', long)] },
      same,
      { kind: 'copy' },
    ],
    [
      'no copy, where two logs only begin alike',
      candidate('/a/web-2.log', short),
      { ...nobody, present: [known('/a/web-1.log', short)] },
      same,
      { kind: 'new', label: 'new' },
    ],
    [
      'no copy, where the content differs behind the beginning',
      candidate('/a/app.log.1', long),
      { ...nobody, present: [known('/a/app.log', long)] },
      other,
      { kind: 'new', label: 'new' },
    ],
    [
      'the one that is gone rather than a copy of one that is there',
      candidate('/a/app.log.1', long),
      { ...nobody, gone: [known('/a/app.log', long)], present: [known('/a/other.log', long)] },
      same,
      { kind: 'adopt' },
    ],
    [
      'new, where nothing is known of the content of the one with its inode',
      candidate('/a/app.log', short),
      { ...nobody, sameInode: known('/a/app.log', Buffer.alloc(0), { offset: 5 }) },
      same,
      { kind: 'new' },
    ],
  ])('is %s', async (_, found, near, contentFits, expected) => {
    expect(await decide(found, near as Neighbours, contentFits)).toMatchObject(expected);
  });
});
