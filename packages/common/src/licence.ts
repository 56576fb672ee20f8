/** The basic licence in the answer to `GET /_license`, which clients and Kibana expect of an Elasticsearch. */
export const license = {
  status: 'active',
  uid: '00000000-0000-0000-0000-000000000000',
  type: 'basic',
  issue_date: '2025-01-01T00:00:00.000Z',
  issue_date_in_millis: 1_735_689_600_000,
  max_nodes: 1000,
  max_resource_units: null,
  issued_to: 'logboom',
  issuer: 'logboom',
  start_date_in_millis: -1,
};

/** A feature of an Elasticsearch, as `GET /_xpack` shows it. */
interface Feature {
  available: boolean;
  enabled: boolean;
}

/** The answer to `GET /_xpack` of a server with that licence and these features. */
export const xpackWith = (features: Readonly<Record<string, Feature>>) => ({
  build: { hash: 'unknown', date: '2025-01-01T00:00:00.000000000Z' },
  license: { uid: license.uid, type: license.type, mode: license.type, status: license.status },
  features,
  tagline: 'You know, for X',
});
