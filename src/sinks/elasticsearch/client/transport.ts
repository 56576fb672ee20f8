import { Serializer, Transport } from '@elastic/elasticsearch';
import { readCreated } from '../delivery/bulk-response.ts';

type TransportOptions = ConstructorParameters<typeof Transport>[0];
type SniffOptions = Parameters<Transport['sniff']>[0];
type Nodes = Parameters<Transport['connectionPool']['nodesToHost']>[0];

/** Does not parse the usual answer to a bulk request: all documents were created. */
export class BulkSerializer extends Serializer {
  override deserialize<Parsed = unknown>(json: string): Parsed {
    return (readCreated(json) as Parsed | undefined) ?? super.deserialize<Parsed>(json);
  }
}

/**
 * Speaks JSON without a version in its media type, and asks nobody whether it is Elastic's product: so 7.17, 8 and 9
 * take it each in its own version, and OpenSearch, too. What logboom sends is the same in all of them.
 */
export class PlainTransport extends Transport {
  constructor(options: TransportOptions) {
    super({
      ...options,
      productCheck: null as unknown as string,
      vendoredHeaders: {
        jsonContentType: 'application/json',
        ndjsonContentType: 'application/x-ndjson',
        accept: 'application/json',
      },
    });
  }

  /**
   * Asks for the cluster's nodes. Whatever comes back instead leaves the nodes that are known: the client's own way
   * ends the process where an answer has another shape.
   */
  override sniff({ requestId }: SniffOptions): void {
    if (this.isSniffing) return;
    this.isSniffing = true;
    const path = this.sniffEndpoint ?? '/_nodes/_all/http';
    this.request<{ nodes?: Nodes }>({ method: 'GET', path }, { id: requestId, meta: true })
      .then(({ body, meta }) => this.#take(body?.nodes ?? {}, meta.connection?.url.protocol))
      .catch(() => undefined)
      .finally(() => {
        this.isSniffing = false;
      });
  }

  #take(nodes: Nodes, protocol = 'http:'): void {
    const reachable = Object.entries(nodes).filter(([, node]) => node.http?.publish_address !== undefined);
    if (reachable.length === 0) return;
    const hosts = this.connectionPool.nodesToHost(Object.fromEntries(reachable), protocol);
    this.connectionPool.update(hosts);
  }
}
