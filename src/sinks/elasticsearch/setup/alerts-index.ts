import { type Client, errors } from '@elastic/elasticsearch';
import { judgeFailure } from '../delivery/request-failure.ts';

/**
 * Makes the index of episodes before the first alert does, so that who looks for alerts finds none instead of an
 * error. Returns why it could not be made, if so; throws only where the server cannot be asked now.
 */
export async function createAlertsIndex(
  client: Client,
  index: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const path = `/${encodeURIComponent(index)}`;
  const options = signal ? { signal } : {};
  try {
    const isThere = await client.transport.request<boolean>({ method: 'HEAD', path }, options);
    if (!isThere) await client.transport.request({ method: 'PUT', path }, options);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof errors.ResponseError)) throw thrown;
    const { statusCode = 0 } = thrown;
    if (statusCode < 400 || statusCode >= 500 || [401, 408, 429].includes(statusCode)) throw thrown;
    const { reason } = judgeFailure(thrown);
    return reason.includes('resource_already_exists_exception') ? [] : [`index ${index}: ${reason}`];
  }
}
