import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PrincipalOrder } from '../../../../src/baton/c1z/load/principal-order.ts';

type Principal = readonly [type: string, id: string];

function sorted(order: PrincipalOrder): [type: string, id: string, rows: number[]][] {
  const result: [string, string, number[]][] = [];
  order.forEach((type, id, rows) => {
    result.push([type, id, [...rows]]);
  });
  return result;
}

const id = fc.oneof(
  fc.constantFrom('', 'u1', 'u2', '\ufffd', '😀'),
  fc.nat(30).map((n) => `u${n}`),
);
const anyPrincipals: fc.Arbitrary<Principal[]> = fc.array(
  fc.tuple(fc.constantFrom('user', 'group', '', '\uffff', '😀'), id),
  { maxLength: 200 },
);

test('rows come by the principals in the order of their bytes, and of a principal as they were added', () => {
  fc.assert(
    fc.property(anyPrincipals, fc.integer({ min: 1, max: 300 }), (principals, passRows) => {
      const order = new PrincipalOrder({ passRows });
      for (const [type, id] of principals) assert.equal(order.add(type, id), true);
      const bytes = ([type, id]: Principal) => [Buffer.from(type), Buffer.from(id)] as const;
      const expected = Map.groupBy(principals.keys(), (row) => JSON.stringify(principals[row]));
      const inOrder = [...expected]
        .map(([key, rows]) => ({ principal: JSON.parse(key) as Principal, rows }))
        .sort((a, b) => {
          const [typeA, idA] = bytes(a.principal);
          const [typeB, idB] = bytes(b.principal);
          return Buffer.compare(typeA, typeB) || Buffer.compare(idA, idB);
        });
      assert.deepEqual(
        sorted(order),
        inOrder.map(({ principal, rows }) => [...principal, rows]),
      );
    }),
    { numRuns: 300 },
  );
});

test('many rows keep their principals', () => {
  const order = new PrincipalOrder();
  const rows = 150_000;
  for (let row = 0; row < rows; row++) order.add('user', `u${row % 10}`);
  const result = sorted(order);
  assert.deepEqual(
    result.map(([, id, { length }]) => [id, length]),
    Array.from({ length: 10 }, (_, i) => [`u${i}`, rows / 10]),
  );
  for (const [i, [, , places]] of result.entries()) assert.ok(places.every((place) => place % 10 === i));
});

test('it says when it has no room for more rows, or for more principals', () => {
  const rowsUntilFull = (idOf: (row: number) => string) => {
    const order = new PrincipalOrder({ maxBytes: 1_000_000 });
    let rows = 1;
    while (rows < 1_000_000 && order.add('user', idOf(rows))) rows++;
    return rows;
  };
  const ofOne = rowsUntilFull(() => 'u1');
  assert.ok(ofOne > 150_000 && ofOne < 250_000, String(ofOne));
  const ofMany = rowsUntilFull((row) => `user ${row}`);
  assert.ok(ofMany > 5000 && ofMany < 10_000, String(ofMany));
});
