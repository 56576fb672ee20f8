import { expect, it } from 'vitest';
import { unitOf } from '../../src/util/units.ts';

it.each([
  ['count', 'event'],
  ['rate', 'event/s'],
  ['share(log.level >= error)', 'percent'],
  ['sum(http.response.bytes)', 'byte'],
  ['percentile(event.duration, 95)', 'nanos'],
  ['avg(took_ms)', 'ms'],
  ['max(queue.wait.seconds)', 's'],
  ['avg(http.time_us)', 'micros'],
  ['avg(temperature)', undefined],
  ['distinct(user.name)', undefined],
  ['burn rate', undefined],
])('the unit of %s is %s', (measure, unit) => {
  expect(unitOf(measure)).toBe(unit);
});
