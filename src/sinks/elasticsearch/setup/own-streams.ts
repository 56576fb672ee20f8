import { errors } from '@elastic/elasticsearch';
import type { ElasticsearchClient } from '../client/client.ts';
import { judgeFailure } from '../delivery/bulk-response.ts';

/** Datasets of logboom whose first document may be long in coming: nothing has to be wrong. */
const datasets = ['logs-logboom.alerts', 'logs-logboom.deadletters', 'metrics-logboom.windows'];

/**
 * Creates the data streams of what logboom writes about itself, where they are not there: a rule of Kibana over a stream without a
 * document would fail until the first one. Returns remarks on those that could not be created. Throws only where the server cannot be
 * asked now.
 */
export async function createOwnStreams(
  client: ElasticsearchClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const remarks: string[] = [];
  for (const name of datasets.map((dataset) => `${dataset}-${namespace}`)) {
    const path = `/_data_stream/${encodeURIComponent(name)}`;
    try {
      await client.transport.request({ method: 'PUT', path }, signal ? { signal } : {});
    } catch (thrown) {
      if (!(thrown instanceof errors.ResponseError) || (thrown.statusCode ?? 500) >= 500) throw thrown;
      const { reason } = judgeFailure(thrown);
      if (!reason.includes('already_exists'))
        remarks.push(
          `the data stream ${name} begins with its first document, and rules of Kibana over it fail until then: ${reason}`,
        );
    }
  }
  return remarks;
}
