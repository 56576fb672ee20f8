/**
 * How often a test of chance plays: few times in the suite, and as often as a variable of the environment says, as in
 * `KILL_RUNS=50 npx vitest run test/app/kill.test.ts`.
 */
export const rounds = (variable: `${string}_RUNS`, few: number): number =>
  Number(process.env[variable] ?? few);
