import { beforeAll, describe } from 'vitest';
import { requestsTo } from './support/findings.ts';
import { itArrivedWhole } from './support/shipment/checks.ts';
import { type Shipment, ship } from './support/shipment/shipment.ts';

describe('from a real Filebeat into the embedded store: the access log', () => {
  let shipment: Shipment;
  beforeAll(async () => {
    shipment = await ship({
      namespace: 'default',
      logstash: { compression_level: 3, pipelining: 2, bulk_max_size: 700 },
      config: {},
      requestTo: requestsTo,
    });
  });
  itArrivedWhole(() => shipment);
});
