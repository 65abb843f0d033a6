import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAnsweredAt, readLinkedOffset } from '../../../src/percipio/api/response-headers.ts';

const url = 'https://api.percipio.com/content-discovery/v2/organizations/x/catalog-content';

describe('readLinkedOffset', () => {
  it('finds the link to the last page among others', () => {
    const link = `<${url}?max=1000&offset=0>; rel="first", <${url}?max=1000&offset=1000>; rel="next", <${url}?offset=4000&max=1000&pagingRequestId=7>; rel="last"`;
    assert.equal(readLinkedOffset({ link }, 'last'), 4000);
    assert.equal(readLinkedOffset({ link }, 'next'), 1000);
  });

  for (const [form, link] of [
    ['a relation without quotes', `<${url}?offset=4000>; rel=last`],
    ['several relations', `<${url}?offset=4000>; rel="next last"`],
    ['other parameters first', `<${url}?offset=4000>; title="a, b"; rel="last"`],
    ['a relative URL', '</catalog?offset=4000>; rel="last"'],
    ['a comma in the URL', `<${url}?fields=a,b&offset=4000>; rel="last", <${url}?offset=0>; rel="first"`],
    ['capital letters', `<${url}?offset=4000>; REL="Last"`],
  ] as const) {
    it(`reads ${form}`, () => assert.equal(readLinkedOffset({ link }, 'last'), 4000));
  }

  for (const [form, link] of [
    ['no header', undefined],
    ['an empty one', ''],
    ['no link to the last page', `<${url}?offset=1000>; rel="next"`],
    ['no offset', `<${url}?max=1000>; rel="last"`],
    ['an offset that is not a number', `<${url}?offset=last>; rel="last"`],
    ['a negative offset', `<${url}?offset=-5>; rel="last"`],
    ['something else', 'rel="last"'],
  ] as const) {
    it(`is undefined for ${form}`, () => assert.equal(readLinkedOffset({ link }, 'last'), undefined));
  }
});

describe('readAnsweredAt', () => {
  it('is the time of the date header', () => {
    assert.deepEqual(readAnsweredAt({ date: 'Mon, 05 Jan 2026 10:11:12 GMT' }), new Date('2026-01-05T10:11:12Z'));
  });

  it('is undefined without a date header, or for one in another form', () => {
    for (const date of [undefined, '', 'yesterday', '2026', '1767607872', 'Mon, 99 Foo 2026 10:11:12 GMT']) {
      assert.equal(readAnsweredAt({ date }), undefined, date);
    }
  });
});
