// `npm run build`: bundles the program and its dependencies into a few files in dist/. A start then reads a tenth of
// the files, and takes little more than half of the time.
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));

/** A module starts a worker thread by file name, relative to itself: each worker needs an entry of its own. */
const workers = globSync('src/**/*-worker.ts', { cwd: root });

await build({
  cwd: root,
  input: Object.fromEntries(['src/main.ts', ...workers].map((path) => [basename(path, '.ts'), path])),
  platform: 'node',
  // It has no settings that affect the bundle, and the image is built without it.
  tsconfig: false,
  plugins: [collectLicenses()],
  // Modules that some commands import on demand are still not loaded by the others.
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: 'dist',
    cleanDir: true,
    // Keeps stack traces readable without --enable-source-maps, which slows down the start.
    minify: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  },
});

/** Writes `licenses.txt`: the licenses of the bundled packages, which must be distributed with them. */
function collectLicenses(): Plugin {
  return {
    name: 'collect-licenses',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const packages = Map.groupBy(
        modules,
        (path) => /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(path)?.[0],
      );
      const texts = Array.from(packages, ([folder, paths]) => (folder ? [describeLicense(folder, paths)] : [])).flat();
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.sort().join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}

/** @param paths - The package's modules: a package without a license file may state its license in them. */
function describeLicense(folder: string, paths: readonly string[]): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license: string;
  };
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  const headers = paths.map((path) => /^(\/\/.*\n)+/.exec(readFileSync(path, 'utf8'))?.[0] ?? '');
  return [`${name} ${version}: ${license}\n`, ...(texts.length > 0 ? texts : new Set(headers))].join('\n');
}
