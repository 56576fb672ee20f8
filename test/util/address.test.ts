import { expect, it } from 'vitest';
import { withoutLogin } from '../../src/util/text.ts';

it.each([
  ['http://localhost:9200', 'http://localhost:9200'],
  ['https://user:password@host:9200/path', 'https://…@host:9200/path'],
  ['https://user:p@ssword@host', 'https://…@host'],
  ['http://a:b@one, http://c:d@two', 'http://…@one, http://…@two'],
  ['https://host/path@version', 'https://host/path@version'],
])('%s is shown as %s', (address, shown) => expect(withoutLogin(address)).toBe(shown));
