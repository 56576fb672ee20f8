// How many of the events JSON.parse reads in a CPU second: the measure that does not depend on the machine.
import { random } from '../access-lines.mjs';
import { eventAt } from './events.mjs';

const [kind] = process.argv.slice(2);
const next = random(11);
const texts = Array.from({ length: 20_000 }, (_, number) =>
  eventAt(kind, { time: Date.now() - number, number, next }),
);
const parseAll = () => {
  for (const text of texts) JSON.parse(text);
};
parseAll();
const before = process.cpuUsage();
for (let round = 0; round < 4; round += 1) parseAll();
const { user, system } = process.cpuUsage(before);
process.send({
  perCpuSecond: (4 * texts.length) / ((user + system) / 1e6),
  bytes: texts.join('').length / texts.length,
});
