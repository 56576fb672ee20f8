import { describe, expect, it } from 'vitest';
import { DiskPatience, PatientResults } from '../../src/readers/analyser/patient-results.ts';
import { Results } from '../../src/readers/results.ts';
import { aFolder } from '../support/folder.ts';

function aPatience() {
  const told: string[] = [];
  const patience = new DiskPatience({
    refused: (reason) => told.push(reason),
    accepted: () => told.push('accepted'),
    pause: 1,
  });
  return { patience, told };
}

/** Fails so many times, then resolves with the number of tries. */
function failing(times: number, error: Error = new Error('ENOSPC: no space left on device')) {
  let tries = 0;
  return async () => {
    tries += 1;
    if (tries <= times) throw error;
    return tries;
  };
}

describe('patience with a disk', () => {
  it('repeats a write until it is taken, and says so', async () => {
    const { patience, told } = aPatience();
    expect(await patience.until(failing(3))).toBe(4);
    expect(told).toEqual([...Array(3).fill('ENOSPC: no space left on device'), 'accepted']);
    expect(await patience.until(failing(0))).toBe(1);
    expect(told).toHaveLength(4);
  });

  it('throws a fault of the program', async () => {
    const { patience, told } = aPatience();
    await expect(patience.until(failing(1, new TypeError('x is no function')))).rejects.toThrow('x is no');
    expect(told).toEqual([]);
  });

  it('throws where only another thread can write again, so that one is started', async () => {
    const { patience } = aPatience();
    await expect(patience.until(failing(9), () => true)).rejects.toThrow('ENOSPC');
  });

  it('throws when the server stops', async () => {
    const { patience, told } = aPatience();
    const waiting = patience.until(failing(Number.POSITIVE_INFINITY));
    await expect.poll(() => told.length).toBeGreaterThan(0);
    patience.stop();
    await expect(waiting).rejects.toThrow('ENOSPC');
  });
});

describe('the state beside the outputs', () => {
  const stateOf = (parts: [string, object][]) => ({ parts, other: 1 });
  const fold = { fold: 'away' };

  it('is whole after a checkpoint that the disk refused: parts are written with the next one', async () => {
    const folder = aFolder();
    const results = new PatientResults(folder, 'j', aPatience().patience);
    const cannotBeWritten = { position: 1, state: { ...stateOf([['a', fold]]), bad: () => {} } };
    await results.saveCheckpoint(cannotBeWritten).catch(() => undefined);
    await results.saveCheckpoint({ position: 2, state: stateOf([['a', fold]]) });
    await results.close();
    const again = new Results(folder, 'j');
    expect(again.checkpoint()).toEqual({ position: 2, state: stateOf([['a', fold]]) });
    expect(again.refusesAllWrites()).toBe(false);
    await again.close();
  });
});
