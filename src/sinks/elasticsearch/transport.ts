import { SniffingTransport } from '@elastic/elasticsearch';

type TransportOptions = ConstructorParameters<typeof SniffingTransport>[0];

/**
 * Speaks JSON without a version in its media type, and asks nobody whether it is Elastic's product: so 7.17, 8 and 9
 * take it each in its own version, and OpenSearch, too. What logboom sends is the same in all of them.
 */
export class PlainTransport extends SniffingTransport {
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
}
