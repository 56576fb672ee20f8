import { expect, it } from 'vitest';
import { withoutCredentials } from '../../src/util/text.ts';

it.each([
  ['http://localhost:9200', 'http://localhost:9200'],
  ['https://user:password@host:9200/path', 'https://…@host:9200/path'],
  ['https://user:p@ssword@host', 'https://…@host'],
  ['http://a:b@one, http://c:d@two', 'http://…@one, http://…@two'],
  ['https://host/path@version', 'https://host/path@version'],
])('%s is shown as %s', (address, shown) => expect(withoutCredentials(address)).toBe(shown));
