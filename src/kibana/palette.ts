import { type Column, count } from './columns.ts';

/** Colours by meaning. Each has one meaning in all panels; the names are those of meanings, for a palette may change. */
export const colours = {
  /** Failures: 5xx, errors, critical and active alerts. */
  failed: '#bd271e',
  high: '#da8b45',
  warning: '#d6bf57',
  low: '#6092c0',
  /** Neither good nor bad: information, redirects, what has no name. */
  plain: '#98a2b3',
  faint: '#d3dae6',
  good: '#54b399',
  unknown: '#9170b8',
  /** An amount without a judgement: rates, bytes, windows. */
  amount: '#6092c0',
  second: '#54a0b3',
} as const;

type Colour = (typeof colours)[keyof typeof colours];

/** One part of a whole: its documents, by KQL, and its colour. */
interface Part {
  query: string;
  colour: Colour;
}

type Parts = Readonly<Record<string, Part>>;

const status = 'http.response.status_code';

export const statusClasses: Parts = {
  '5xx': { query: `${status} >= 500`, colour: colours.failed },
  '4xx': { query: `${status} >= 400 and ${status} < 500`, colour: colours.high },
  '3xx': { query: `${status} >= 300 and ${status} < 400`, colour: colours.plain },
  '2xx': { query: `${status} >= 200 and ${status} < 300`, colour: colours.good },
  '1xx': { query: `${status} < 200`, colour: colours.faint },
};

export const failedRequests = statusClasses['5xx']!.query;

export const severities: Parts = {
  critical: { query: 'alert.severity : critical', colour: colours.failed },
  high: { query: 'alert.severity : high', colour: colours.high },
  medium: { query: 'alert.severity : medium', colour: colours.warning },
  low: { query: 'alert.severity : low', colour: colours.low },
  info: { query: 'alert.severity : info', colour: colours.plain },
};

export const alertStates: Parts = {
  active: { query: 'alert.to : active', colour: colours.failed },
  pending: { query: 'alert.to : pending', colour: colours.warning },
  recovering: { query: 'alert.to : recovering', colour: colours.low },
  inactive: { query: 'alert.to : inactive', colour: colours.good },
  'no data': { query: 'alert.to : "no-data"', colour: colours.unknown },
};

const errorLevels = 'log.level : (error or critical or alert or emergency or fatal or severe or panic)';
const warningLevels = 'log.level : (warn or warning)';
const informationLevels = 'log.level : (info or notice)';
const detailLevels = 'log.level : (debug or trace)';

/** Names of levels as logboom writes them: in lower case. */
export const levels: Parts = {
  errors: { query: errorLevels, colour: colours.failed },
  warnings: { query: warningLevels, colour: colours.warning },
  information: { query: informationLevels, colour: colours.plain },
  details: { query: detailLevels, colour: colours.faint },
  'other levels': {
    query: `log.level : * and not (${[errorLevels, warningLevels, informationLevels, detailLevels].join(' or ')})`,
    colour: colours.unknown,
  },
};

export const errorQuery = `${errorLevels} or ${failedRequests} or error.message : *`;

export const outcomes: Parts = {
  failure: { query: 'event.outcome : failure', colour: colours.failed },
  success: { query: 'event.outcome : success', colour: colours.good },
};

/** A count for each part, with its colour. Counts with a filter each keep their colour in every version of Kibana. */
export function countsOf(parts: Parts): { columns: Record<string, Column>; colours: Record<string, string> } {
  const all = Object.entries(parts);
  return {
    columns: Object.fromEntries(all.map(([label, { query }]) => [label, count(label, { where: query })])),
    colours: Object.fromEntries(all.map(([label, { colour }]) => [label, colour])),
  };
}
