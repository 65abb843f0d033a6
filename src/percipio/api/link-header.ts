// The `link` header of a catalog page: where other pages begin.

/**
 * Finds the offset of a page in a `link` header (RFC 8288): the `offset` of the URL with `rel="last"`, or `rel="next"`.
 * @returns Nothing, when there is no such link or its URL has no usable offset.
 */
export function parseLinkedOffset(link: string | undefined, relation: 'last' | 'next'): number | undefined {
  for (const [, target = '', parameters = ''] of (link ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters);
    const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
    if (!relations.includes(relation)) continue;
    const offset = URL.parse(target, 'https://relative.invalid')?.searchParams.get('offset');
    if (offset && /^\d{1,15}$/.test(offset)) return Number(offset);
  }
  return undefined;
}
