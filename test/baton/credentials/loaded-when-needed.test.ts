// own process: nothing else may have loaded the modules.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';

test('what encrypts is loaded with the first secret, not at the start of the program', async () => {
  const loaded: string[] = [];
  const hooks = registerHooks({
    load(url, context, next) {
      const name = /node_modules\/(age-encryption|jose)\//.exec(url)?.[1];
      if (name) loaded.push(name);
      return next(url, context);
    },
  });
  await import('../../../src/baton/services/connector-services.ts');
  assert.deepEqual(loaded, []);
  await import('../../../src/baton/credentials/encrypt-secret.ts');
  assert.deepEqual([...new Set(loaded)].sort(), ['age-encryption', 'jose']);
  hooks.deregister();
});
