/**
 * By what the time limits of tests are multiplied. They are limits for hung tests, not measures of speed; on a machine that is
 * busy with other work, `TEST_PATIENCE=5 npm test` waits five times as long before it gives up.
 */
export const patience = patienceFrom(process.env.TEST_PATIENCE);

/** The processor time that work takes, in milliseconds: unlike a clock it does not count what others do on a busy machine. */
export function processorTime(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

export function patienceFrom(value: string | undefined): number {
  const factor = Number(value ?? 1);
  if (factor > 0 && Number.isFinite(factor)) return factor;
  throw new Error(`TEST_PATIENCE is "${value}": set it to a number above 0, such as 5`);
}
