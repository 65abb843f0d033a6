import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { chooseEncoding } from '../../../../src/simulator/percipio/http/content-encoding.ts';
import { call, READY_AT_ONCE, requestReport, startSimulator, USERS } from '../start-simulator.ts';

const DECODERS = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync, deflate: inflateSync };

test('a client gets the encoding that it weighs highest, and none that it refuses or that is unknown', () => {
  const choose = (header: string | undefined) => chooseEncoding(header)?.name;
  assert.equal(choose(undefined), undefined);
  assert.equal(choose(''), undefined);
  assert.equal(choose('identity'), undefined);
  assert.equal(choose('compress, identity'), undefined);
  assert.equal(choose('gzip'), 'gzip');
  assert.equal(choose('gzip;q=0.5, BR;q=0.9'), 'br');
  assert.equal(choose('gzip;q=0, br'), 'br');
  assert.equal(choose('gzip;q=0'), undefined);
  assert.equal(choose('gzip, deflate, br, zstd'), 'zstd');
  assert.equal(choose('*;q=0.1, zstd;q=0'), 'gzip');
});

for (const [name, decode] of Object.entries(DECODERS)) {
  test(`answers in ${name} hold what plain ones hold: pages, sent whole, and reports, sent in pieces`, async (t) => {
    const simulator = await startSimulator(t, { activityRows: 2000, ...READY_AT_ONCE });
    for (const path of [USERS, await requestReport(simulator)]) {
      const plain = await call(simulator, path);
      const encoded = await call(simulator, path, { headers: { 'accept-encoding': name } });
      assert.equal(plain.headers['content-encoding'], undefined);
      assert.equal(encoded.headers['content-encoding'], name);
      assert.ok(encoded.bytes.length < plain.bytes.length / 2);
      assert.deepEqual(decode(encoded.bytes), plain.bytes);
    }
  });
}

test('option gzip: false sends everything as it is', async (t) => {
  const simulator = await startSimulator(t, { gzip: false });
  const answer = await call(simulator, USERS, { headers: { 'accept-encoding': 'gzip, br, zstd' } });
  assert.equal(answer.headers['content-encoding'], undefined);
  assert.equal(answer.json.length, 200);
});
