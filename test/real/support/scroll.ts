// biome-ignore lint/suspicious/noExplicitAny: a document is whatever was indexed.
type Source = any;

/** Fields of all documents of an index, in no order. */
export async function documentsOf(url: string, index: string, fields: string[]): Promise<Source[]> {
  const ask = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (response.status === 404) return { hits: { hits: [] } };
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as { _scroll_id?: string; hits: { hits: { _source: Source }[] } };
  };
  const all: Source[] = [];
  let page = await ask(`${index}/_search?scroll=1m`, { size: 10_000, _source: fields });
  const scroll = page._scroll_id;
  while (page.hits.hits.length > 0) {
    for (const { _source } of page.hits.hits) all.push(_source);
    page = await ask('_search/scroll', { scroll: '1m', scroll_id: page._scroll_id });
  }
  if (scroll !== undefined)
    await fetch(`${url}/_search/scroll`, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scroll_id: scroll }),
    });
  return all;
}
