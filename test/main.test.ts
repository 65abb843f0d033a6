import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Sends the signal as soon as the program begins to load its modules. */
const signalOnLoad = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.endsWith('/program.ts')) process.kill(process.pid, 'SIGUSR1');
      return next(specifier, context);
    },
  });`)}`;

test('a SIGUSR1 while the program loads opens no debugger', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', signalOnLoad, main, '--version'], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /baton-percipio/);
});

test('npm start lets no signal open a debugger, from its first moment on', () => {
  assert.match(packageJson.scripts.start, /^node --disable-sigusr1 /);
});
