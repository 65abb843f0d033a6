// The files that ConductorOne's catalog takes from this repository are what the program prints.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

for (const [name, command] of [
  ['baton_capabilities.json', 'capabilities'],
  ['config_schema.json', 'config'],
] as const) {
  test(`${name} is what the program prints`, async () => {
    // Nothing of the environment: settings must not change it.
    const { stdout } = await promisify(execFile)(process.execPath, [pathOf('src/main.ts'), command], { env: {} });
    const written = await readFile(pathOf(name), 'utf8');
    assert.equal(written, stdout, `run node src/main.ts ${command} > ${name}`);
  });
}
