import type { AccessLine } from '../access-lines.ts';
import type { ExpectedRule } from '../oracle.ts';

/** The rules of a shipment. Lines of an hour come in any order within a minute, so 70 s is late enough for all. */
export const rules = [
  {
    name: 'busy-client',
    by: ['source.ip'],
    over: '1m',
    lateness: '70s',
    when: '>= 30',
    severity: 'high',
    message: '{{source.ip}} sent {{value}} requests within a minute',
  },
  {
    name: 'not-found',
    measure: 'share(http.response.status_code : 404)',
    over: '20s',
    every: '5s',
    lateness: '70s',
    when: '>= 10%',
    minCount: 20,
    noData: 'recover',
  },
  // The last one: when its last window is published, so is everything that the others said before it.
  { name: 'requests', over: '1m', lateness: '70s' },
];

/** An address sent 30 requests or more within a minute: looked at with each request, so raised with the thirtieth. */
export const busyClient: ExpectedRule = {
  over: 60_000,
  every: 60_000,
  group: ({ ip }) => ip,
  value: (inside) => inside.length,
  holds: (value = 0) => value >= 30,
};

/** A tenth of the requests of 20 seconds found nothing: looked at every 5 seconds. */
export const notFound: ExpectedRule = {
  over: 20_000,
  every: 5_000,
  group: () => '',
  value: (inside) => (inside.length === 0 ? undefined : share(inside, ({ status }) => status === 404)),
  holds: (value = 0, count) => count >= 20 && value >= 0.1,
};

function share(lines: AccessLine[], wanted: (line: AccessLine) => boolean): number {
  return lines.filter(wanted).length / lines.length;
}
