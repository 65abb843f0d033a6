// `npm run package`: stages every package of this repository in dist/packages/<name>/ and packs each into a tarball
// next to it, as it would be published.
//
// In the repository, packages export sources; published ones export JavaScript. So each gets its own package.json here,
// derived from the one in the repository. It also says which Node the package needs: in the repository, `engines` would
// make `npm ci` warn about an older Node, which is used for nothing but npm.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { describePackage, readLockedSbom } from './sbom.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const root = dirname(import.meta.dirname);
const engines = { node: packageJson.devEngines.runtime.version };
const packagesDir = join(root, 'dist', 'packages');

/** Compiled to JavaScript with declarations; `exports` names both. */
function stageSdk(): void {
  run('tsc', '--project', 'src/baton');
  const manifest = readManifest('src/baton');
  const pages = 'explore/pages';
  cpSync(join(root, 'src/baton', pages), join(packagesDir, manifest.name, pages), { recursive: true });
  const exports = Object.entries(manifest.exports ?? {}).map(([path, source]) => {
    const stem = source.replace(/\.ts$/, '');
    return [path, { types: `${stem}.d.ts`, default: `${stem}.js` }];
  });
  stageSbom(manifest);
  stage({ ...manifest, exports: Object.fromEntries(exports) });
}

/** Copied: generated code is already JavaScript with declarations. */
function stageMessages(): void {
  const manifest = readManifest('gen');
  cpSync(join(root, 'gen'), join(packagesDir, manifest.name), { recursive: true });
  stageSbom(manifest);
  stage(manifest);
}

/** The bundle, without dependencies; the build has written its bill of materials. */
function stageProgram(): void {
  run('node', 'scripts/build.ts');
  const { name, version, description, license, type, bin } = readManifest('.');
  for (const file of globSync('dist/*.{js,js.map,txt,json}', { cwd: root })) {
    cpSync(join(root, file), join(packagesDir, name, file));
  }
  cpSync(join(root, 'dist/pages'), join(packagesDir, name, 'dist/pages'), { recursive: true });
  cpSync(join(root, 'README.md'), join(packagesDir, name, 'README.md'));
  // Exports nothing: this package is a program.
  stage({ name, version, description, license, type, bin, exports: {} });
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** Of the versions that this repository is tested with; who installs the package may get later ones. */
function stageSbom({ name, version }: Manifest): void {
  const sbom = describePackage(readLockedSbom(), `${name}@${version}`);
  writeFileSync(join(packagesDir, name, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
}

function stage(manifest: Manifest): void {
  const folder = join(packagesDir, manifest.name);
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, engines }, null, 2)}\n`);
  run('npm', 'pack', folder, '--silent', '--pack-destination', packagesDir);
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { cwd: root, stdio: 'inherit' });
}

rmSync(packagesDir, { recursive: true, force: true });
stageProgram();
stageMessages();
stageSdk();
