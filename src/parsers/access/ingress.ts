import type { Line } from '../line.ts';
import type { LineFields } from '../line-fields.ts';
import { accessFields } from './access-fields.ts';

const { slots } = accessFields;

/**
 * What the ingress controller of Kubernetes (ingress-nginx) appends to the Combined format: length and seconds of the request,
 * the upstream's name in brackets twice, and its address, response length, seconds and status, of which there may be a list.
 */
const appended =
  /^ (?<bytes>\d+) (?<seconds>\d+\.\d{3}) \[(?<name>[^\]]*)\] \[(?<alternative>[^\]]*)\] (?<address>\S+(?:, \S+)*) (?<length>[\d-]+(?:, [\d-]+)*) (?<time>[\d.-]+(?:, [\d.-]+)*) (?<status>[\d-]+(?:, [\d-]+)*)(?: (?<id>[\da-f]{16,64}))?\s*$/;

/** Sets the fields of an ingress controller, if this is how it writes the rest of a line. */
export function setIngress(fields: LineFields, line: Line, start: number, end: number): void {
  const groups = appended.exec(line.text(start, end))?.groups;
  if (!groups) return;
  fields.number(slots.requestBytes, Number(groups.bytes));
  fields.number(slots.duration, Math.round(Number(groups.seconds) * 1e9));
  fields.text(slots.requestId, groups.id);
  fields.text(slots.upstreamName, known(groups.name));
  fields.text(slots.upstreamAlternative, known(groups.alternative));
  fields.text(slots.upstreamAddress, known(last(groups.address)));
  fields.number(slots.upstreamBytes, numberOf(last(groups.length)));
  fields.number(slots.upstreamTime, numberOf(last(groups.time)));
  fields.number(slots.upstreamStatus, numberOf(last(groups.status)));
}

/** Of several upstreams that were tried, the last one answered. */
const last = (list: string | undefined) => list?.split(', ').at(-1);
const known = (text: string | undefined) => (text === '' || text === '-' ? undefined : text);
const numberOf = (text: string | undefined) => (known(text) === undefined ? Number.NaN : Number(text));
