// What many rules cost of which an event concerns few: each rule asks for another path, and one of them is in the stream. Both
// numbers of rules are run in turns; a ratio is that of one round.
import { median } from './table.mjs';
import { runLogboom, startSender } from './throughput.mjs';

const ruleFor = (number) => ({
  name: `path-${number}`,
  where: `url.path : "${number === 0 ? '/login' : `/path-${number}`}"`,
  over: '1s',
  lateness: '1s',
});

const counts = [10, 500];

/** Events a CPU second with each number of rules, and what the last leaves of the first. */
export async function manyRules(rounds = 3) {
  const windows = 120;
  const sender = startSender(windows, 3);
  await sender.first;
  const found = counts.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [place, count] of counts.entries()) {
      const rules = Array.from({ length: count }, (_, number) => ruleFor(number));
      found[place].push((await runLogboom(sender, windows, { rules })).perCpuSecond);
    }
  await sender.stop();
  const kept = median(found[0].map((few, round) => found[1][round] / few));
  return { rows: counts.map((rules, place) => ({ rules, perCpuSecond: median(found[place]) })), kept };
}
