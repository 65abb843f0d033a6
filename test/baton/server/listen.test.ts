import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listen } from '../../../src/baton/server/listen.ts';

test('an error while it listens is told and does not end the listening', async (t) => {
  const errors: Error[] = [];
  const server = await listen(
    { host: '127.0.0.1', port: 0 },
    { onConnection: () => {}, onError: (error) => errors.push(error) },
  );
  t.after(() => server.close());
  const error = new Error('accept EMFILE');
  server.emit('error', error);
  server.emit('error', error);
  assert.deepEqual(errors, [error, error]);
  assert.equal(server.listening, true);
});
