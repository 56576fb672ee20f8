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
  ['avg of http.response.bytes', 'byte'],
  ['  max( event.duration )', 'nanos'],
  ['sum(bytes)', 'byte'],
  ['sum(kilobytes)', undefined],
  ['avg(file.size)', 'byte'],
])('the unit of %s is %s', (measure, unit) => {
  expect(unitOf(measure)).toBe(unit);
});
