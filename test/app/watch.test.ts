import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChangeDetector, markOf, watchFiles } from '../../src/app/reloading.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';

/** A configuration and a secret, mounted as Kubernetes mounts them: behind a link that is replaced. */
function mounted(folder: string): string[] {
  mkdirSync(join(folder, '..1'));
  writeFileSync(join(folder, '..1', 'logboom.yml'), 'one');
  symlinkSync('..1', join(folder, '..data'));
  symlinkSync('..data/logboom.yml', join(folder, 'logboom.yml'));
  writeFileSync(join(folder, 'secret'), 'one');
  return [join(folder, 'logboom.yml'), join(folder, 'secret')];
}

describe('the mark of the files', () => {
  it.each<[string, (folder: string) => void]>([
    ['is written in place', (folder) => writeFileSync(join(folder, 'secret'), 'two!')],
    ['is written at another time', (folder) => utimesSync(join(folder, 'secret'), 1, 1)],
    [
      'is replaced, as editors do it',
      (folder) => {
        writeFileSync(join(folder, 'new'), 'two');
        renameSync(join(folder, 'new'), join(folder, 'secret'));
      },
    ],
    [
      'lies behind a link that is replaced, as Kubernetes does it',
      (folder) => {
        mkdirSync(join(folder, '..2'));
        writeFileSync(join(folder, '..2', 'logboom.yml'), 'two');
        symlinkSync('..2', join(folder, '..new'));
        renameSync(join(folder, '..new'), join(folder, '..data'));
      },
    ],
    ['is gone', (folder) => rmSync(join(folder, 'secret'))],
  ])('is another one where a file %s', (_, change) => {
    const folder = aFolder();
    const files = mounted(folder);
    const before = markOf(files);
    expect(markOf(files)).toBe(before);
    change(folder);
    expect(markOf(files)).not.toBe(before);
  });
});

describe('a change', () => {
  const told = (known: string, looks: string) => {
    const detector = new ChangeDetector(known);
    return [...looks].map((mark) => (detector.hasChanged(mark) ? '!' : '.')).join('');
  };

  it.each([
    ['aaaa', '....', 'does not happen'],
    ['abbb', '..!.', 'counts once it is the same twice, and once only'],
    ['bcdd', '...!', 'is waited for while it goes on'],
    ['abaa', '....', 'that is taken back was none'],
    ['bbaa', '.!.!', 'back is a change as well'],
  ])('%s: %s it %s', (looks, expected) => {
    expect(told('a', looks)).toBe(expected);
  });

  it('that was seen otherwise is none', () => {
    const detector = new ChangeDetector('a');
    detector.hasChanged('b');
    detector.markSeen('b');
    expect([detector.hasChanged('b'), detector.hasChanged('b')]).toEqual([false, false]);
  });
});

describe('a watch', () => {
  it('tells of a change, begins and ends when it is told to', async () => {
    const file = join(aFolder(), 'logboom.yml');
    writeFileSync(file, 'one');
    let changes = 0;
    const watch = watchFiles(
      () => [file],
      () => {
        changes += 1;
      },
    );
    onTestFinished(() => watch.stop());
    watch.set({ watch: true, every: 5 });
    writeFileSync(file, 'another');
    await eventually(() => expect(changes).toBe(1));
    watch.set({ watch: false, every: 5 });
    writeFileSync(file, 'yet another');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(changes).toBe(1);
    watch.markSeen();
    watch.set({ watch: true, every: 5 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(changes).toBe(1);
  });
});
