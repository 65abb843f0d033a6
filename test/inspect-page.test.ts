// docs/inspect.md: its commands print what it shows, of the file that the demo writes. `…` there stands for anything.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createWorkFolder } from './e2e/run-program.ts';

const page = readFileSync(new URL('../docs/inspect.md', import.meta.url), 'utf8');
const shown = Array.from(
  page.matchAll(/^```console\n\$ ([^\n]*)\n(.*?)\n```$/gms),
  ([, command = '', output = '']) => ({
    command,
    output,
  }),
);
const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

test('docs/inspect.md shows what the program prints', async (t) => {
  assert.ok(shown.length >= 8, 'the page has too few examples');
  const folder = await createWorkFolder(t);
  await promisify(execFile)(process.execPath, [pathOf('scripts/demo.ts')], { cwd: folder.path });
  const program = join(folder.path, 'baton-percipio');
  const main = pathOf('src/main.ts');
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o700 });
  for (const { command, output } of shown) {
    await t.test(command, () => {
      const { stdout, stderr } = spawnSync('sh', ['-c', command], {
        cwd: folder.path,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${folder.path}:${process.env.PATH}` },
      });
      // The hint names the program as it was started.
      const printed = `${stdout}${stderr}`
        .trimEnd()
        .replace(/^See "[^"]* inspect --help"/m, 'See "baton-percipio inspect --help"');
      if (!matches(printed, output)) assert.equal(printed, output);
    });
  }
});

function matches(printed: string, pattern: string): boolean {
  return new RegExp(`^${pattern.split('…').map(RegExp.escape).join('.*')}$`).test(printed);
}
