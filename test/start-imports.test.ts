// What a start does not wait for: modules that are slow to load, and that only some commands or later calls need.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** Everything that a module of src imports, and what that imports: without types, and without `import()`. */
function loadedWith(path: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  if (!path.startsWith('src/')) return loaded;
  const statements = readFileSync(path, 'utf8').matchAll(/^(?:import|export) (?!type\b)(?:[^;']*? from )?'([^']+)'/gm);
  for (const [, specifier = ''] of statements) {
    loadedWith(resolveSpecifier(path, specifier), loaded);
  }
  return loaded;
}

function resolveSpecifier(path: string, specifier: string): string {
  if (specifier === 'baton-connector-sdk') return 'src/baton/index.ts';
  if (specifier.startsWith('baton-connector-sdk/'))
    return `${specifier.replace('baton-connector-sdk', 'src/baton')}.ts`;
  return specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier;
}

const slow = [
  'undici',
  'socks',
  'jose',
  'yaml',
  'htmlparser2',
  'node:http',
  'node:sqlite',
  '@bufbuild/protovalidate',
  '@connectrpc/connect-node',
  'src/baton/messages/annotation-registry.ts',
  '@opentelemetry/',
  'src/baton/telemetry/',
  'src/baton/c1z/',
  'src/baton/harness/run-',
  'src/simulator/',
];
const everyCommand = 'src/program.ts';
/** The keys of callers, the runtime API, and the link to ConductorOne. */
const neededHosted = new Set(['jose', 'node:http', '@connectrpc/connect-node']);
const starts = [
  { title: 'every command', entries: [everyCommand], without: [...slow, '@grpc/grpc-js'] },
  {
    title: 'a server',
    entries: [everyCommand, 'src/baton/commands/serve.ts', 'src/baton/commands/serve-parent.ts'],
    without: slow,
  },
  {
    title: 'a hosted connector',
    entries: [everyCommand, 'src/baton/lambda/run-hosted.ts'],
    without: [...slow.filter((name) => !neededHosted.has(name)), '@grpc/grpc-js'],
  },
];

for (const { title, entries, without } of starts) {
  test(`${title} begins without what it may not need, or needs later`, () => {
    const loaded = new Set<string>();
    for (const entry of entries) loadedWith(entry, loaded);
    const early = [...loaded].filter((path) =>
      without.some((name) => path === name || (/^(src|@opentelemetry)\//.test(name) && path.startsWith(name))),
    );
    assert.deepEqual(early, [], 'import it where it is needed, with await import()');
  });
}

test('the check follows imports', () => {
  const loaded = loadedWith('src/baton/commands/run-sync.ts');
  for (const path of ['src/baton/c1z/sync-writer.ts', 'node:sqlite']) assert.ok(loaded.has(path), path);
});
