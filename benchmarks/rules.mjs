// What many rules cost of which an event concerns few: each rule asks for another path, and one of them is in the stream.
import { runLogboom, startSender } from './throughput.mjs';

const ruleFor = (number) => ({
  name: `path-${number}`,
  where: `url.path : "${number === 0 ? '/login' : `/path-${number}`}"`,
  over: '1s',
  lateness: '1s',
});

export async function manyRules() {
  const windows = 80;
  const sender = startSender(windows, 3);
  await sender.first;
  const found = [];
  for (const count of [10, 500]) {
    const rules = Array.from({ length: count }, (_, number) => ruleFor(number));
    found.push({ rules: count, ...(await runLogboom(sender, windows, { rules })) });
  }
  await sender.stop();
  return found;
}
