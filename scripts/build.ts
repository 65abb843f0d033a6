// `npm run build`: bundles the program and its dependencies into a few files in dist/. A start then reads a tenth of
// the files, and takes little more than half of the time.
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';
import { libraries } from '../src/baton/explore/libraries.ts';
import { describeProgram, readLockedSbom } from './sbom.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** A module starts a worker thread by file name, relative to itself: each worker needs an entry of its own. */
const workers = globSync('src/**/*-worker.ts', { cwd: root });

await build({
  cwd: root,
  input: Object.fromEntries(['src/main.ts', ...workers].map((path) => [basename(path, '.ts'), path])),
  platform: 'node',
  // It has no settings that affect the bundle, and the image is built without it.
  tsconfig: false,
  plugins: [copyPages(), describePackages()],
  // Modules that some commands import on demand are still not loaded by the others.
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: 'dist',
    cleanDir: true,
    // Keeps stack traces readable without --enable-source-maps, which slows down the start.
    minify: false,
    // Node keeps the source in memory, with its comments.
    comments: { jsdoc: false },
    sourcemap: true,
    sourcemapExcludeSources: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  },
});

/** Copies the pages of `explore`, with the libraries that they use: browsers load them as they are. */
function copyPages(): Plugin {
  return {
    name: 'copy-pages',
    generateBundle() {
      const folder = join(root, 'src/baton/explore/pages');
      const files = readdirSync(folder).map((name) => [name, join(folder, name)] as const);
      for (const [name, path] of [...files, ...pageLibraries()]) {
        this.emitFile({ type: 'asset', fileName: `pages/${name}`, source: readFileSync(path) });
      }
    },
  };
}

/** The file of each library in dist/pages, and where it is now. */
function pageLibraries(): (readonly [name: string, path: string])[] {
  return Object.entries(libraries).map(([name, specifier]) => [
    `lib/${name}.js`,
    fileURLToPath(import.meta.resolve(specifier)),
  ]);
}

/**
 * Writes what must be distributed with the bundled packages: `licenses.txt` with their licenses, and `sbom.cdx.json`, which
 * lists them and the packages of this repository.
 */
function describePackages(): Plugin {
  return {
    name: 'describe-packages',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = Map.groupBy(
        [...modules, ...pageLibraries().map(([, path]) => path)],
        (path) => /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(path)?.[0],
      );
      const packages = Array.from(folders, ([folder, paths]) => (folder ? [{ folder, paths }] : [])).flat();
      const licenses = packages.map(({ folder, paths }) => describeLicense(folder, paths)).sort();
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: licenses.join(`\n${'-'.repeat(80)}\n\n`) });
      const own = ['src/baton', 'gen'].map((folder) => join(root, folder));
      const bundled = [...own, ...packages.map(({ folder }) => folder)].map((folder) => {
        const { name, version } = readManifest(folder);
        return `${name}@${version}`;
      });
      const sbom = describeProgram(readLockedSbom(), bundled);
      this.emitFile({ type: 'asset', fileName: 'sbom.cdx.json', source: `${JSON.stringify(sbom, null, 2)}\n` });
    },
  };
}

function readManifest(folder: string): { readonly name: string; readonly version: string; readonly license: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** @param paths - The package's modules: a package without a license file may state its license in them. */
function describeLicense(folder: string, paths: readonly string[]): string {
  const { name, version, license } = readManifest(folder);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  const headers = paths.map((path) => /^(\/\/.*\n)+/.exec(readFileSync(path, 'utf8'))?.[0] ?? '');
  return [`${name} ${version}: ${license}\n`, ...(texts.length > 0 ? texts : new Set(headers))].join('\n');
}
