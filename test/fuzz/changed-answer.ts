// Random changes of a response of Percipio: of its JSON, its bytes, its status and its headers.
import fc from 'fast-check';
import type { WholeAnswer } from '../../src/simulator/percipio/http/answer.ts';
import { type ByteEdit, byteEdits, editBytes, editJson, type Json, type JsonEdit, jsonEdits } from './edits.ts';

export interface Change {
  readonly json: readonly JsonEdit[];
  readonly bytes: readonly ByteEdit[];
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const pieces = ['"', '{', '}', '[', ']', ',', ':', '\\', 'null', '"id":', '\u0000', '\ufeff', '<html>', ' ', '\\u0000'];
const none = fc.constant([]);

export const changes: fc.Arbitrary<Change> = fc.record({
  json: fc.oneof({ weight: 3, arbitrary: jsonEdits(3) }, none),
  bytes: fc.oneof({ weight: 3, arbitrary: none }, byteEdits(pieces, 2)),
  status: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    fc.constantFrom(201, 202, 204, 206, 301, 304, 400, 404, 500, 999),
  ),
  headers: fc.constantFrom<Record<string, string>>(
    ...Array<Record<string, string>>(10).fill({}),
    ...['0', '-1', '1e9', 'x', '999999999999999999999'].map((total) => ({ 'x-total-count': total })),
    ...['', '<x>; rel="last"', '<http://x/?offset=99999>; rel="next"', `<${'x'.repeat(9000)}>`].map((link) => ({
      link,
    })),
    { 'content-type': 'text/html' },
    { 'content-encoding': 'gzip' },
    { 'retry-after': '-1' },
  ),
});

export function changeAnswer(answer: WholeAnswer, { json, bytes, status, headers }: Change): WholeAnswer {
  const parsed = JSON.parse(answer.body.toString()) as Json;
  const text = json.length > 0 ? Buffer.from(JSON.stringify(editJson(parsed, json))) : answer.body;
  return {
    status: status ?? answer.status,
    headers: { ...answer.headers, ...headers },
    body: editBytes(text, bytes),
  };
}
