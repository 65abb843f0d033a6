import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeErrorBody } from '../../../src/percipio/api/describe-error-body.ts';
import { createTokenRedact, showUrl } from '../../../src/percipio/api/redact.ts';
import { token } from './start-server.ts';

const plain = (text: string) => text;
const redact = createTokenRedact(token);

describe('describeErrorBody', () => {
  for (const [name, body, expected] of [
    ['a message of Percipio', '{"message":"no such user"}', 'no such user'],
    ['several messages', '{"errors":[{"message":"first"},{"message":"second"}]}', 'first; second'],
    ['message and errors', '{"message":"invalid","errors":[{"message":"role","code":3}]}', 'invalid; role'],
    [
      'codes with their infos',
      '{"errors":[{"code":"INVALID_FIELD_VALUE","additionalInfo":"login_name->field_too_long"},{"code":"A","message":"b"}]}',
      'INVALID_FIELD_VALUE (login_name->field_too_long); b: A',
    ],
    ['an info without a code', '{"errors":[{"additionalInfo":"a->b"},null,{"code":{}}]}', 'a->b'],
    ['a message within an error', '{"error":{"message":"no route"}}', 'no route'],
    ['an error that is a text', '{"error":"invalid_token"}', 'invalid_token'],
    ['an errorMessage', '{"errorMessage":"Task timed out"}', 'Task timed out'],
    ['a fault', '{"fault":{"faultstring":"Rate limit quota violation","detail":{}}}', 'Rate limit quota violation'],
    ['errors that are texts', '{"errors":["first"]}', 'first'],
    ['JSON without messages', '{"code":  7}', '{"code": 7}'],
    ['JSON that is no object', '["a"]', '["a"]'],
    ['nothing', '', ''],
    ['blanks', ' \n ', ''],
    ['several lines', 'one\r\n\ttwo\u001b[31m\u202e', 'one two [31m'],
    [
      'a page',
      '<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>p{color:red}</style></head><body><h1>Oh&nbsp;no &amp; so</h1><script>alert(1)</script></body>',
      '502 Bad Gateway: Oh no & so',
    ],
    ['a page that ends in the middle of a tag', '<p>blocked<a href="http', 'blocked'],
    ['a comment', '<!-- secret --><p>shown', 'shown'],
  ] as const) {
    it(`makes one line of ${name}`, () => assert.equal(describeErrorBody(body, plain), expected));
  }

  it('is at most 200 characters long', () => {
    const text = describeErrorBody('ä😀'.repeat(500), plain);
    assert.equal([...text].length, 200);
    assert.ok(text.endsWith('…'));
  });

  for (const [name, body] of [
    ['a plain text', `you sent Authorization: Bearer ${token}`],
    ['JSON', JSON.stringify({ message: `bad token ${token}` })],
    ['a page', `<p>Authorization: Bearer ${token}</p>`],
    ['a page that breaks it into pieces', `<p>${token.slice(0, 30)}<wbr>${token.slice(30)}</p>`],
    ['the edge of what is read', `${'<style></style>'.repeat(10)}<p>${token.slice(0, 25)}`],
    ['the edge of what is shown', `${'x'.repeat(180)} ${token}`],
  ] as const) {
    it(`takes the token out of ${name}`, () => {
      const text = describeErrorBody(body, redact);
      assert.match(text, /\[redacted\]|…$/);
      for (const part of token.split('.')) assert.ok(!text.includes(part.slice(0, 12)), text);
    });
  }
});

describe('createTokenRedact', () => {
  it('takes out a token that is no JWT', () => {
    assert.equal(createTokenRedact('opaque+secret')('it was opaque+secret.'), 'it was [redacted].');
  });

  it('leaves words behind Bearer alone', () => {
    assert.equal(redact('Bearer token required'), 'Bearer token required');
  });
});

describe('showUrl', () => {
  it('names no person but by uuid', () => {
    const users = 'https://api.example.com/user-management/v1/organizations/o/users';
    for (const named of ['login-name-or-email', 'login-name', 'external-user-id']) {
      assert.equal(showUrl(new URL(`${users}/${named}/ada%40example.com`)), `${users}/${named}/[name]`);
    }
    assert.equal(showUrl(new URL(`${users}/b1c7`)), `${users}/b1c7`);
  });

  it('cuts a long URL', () => {
    const shown = showUrl(new URL(`https://api.example.com/${'x'.repeat(10_000)}`));
    assert.equal(shown, `https://api.example.com/${'x'.repeat(476)}…`);
  });

  it('shows no user info, no fragment and no values of secret parameters', () => {
    const url = new URL('https://name:word@api.example.com/a?max=1&access_token=abc&X-Signature=def#here');
    assert.equal(
      showUrl(url),
      'https://api.example.com/a?max=1&access_token=%5Bredacted%5D&X-Signature=%5Bredacted%5D',
    );
  });
});
