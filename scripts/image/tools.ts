// The tools that build and run an image without a Docker engine: all are packages of Debian.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** By name, in the package of the same name or in one that every Debian has. */
const tools = ['buildah', 'debootstrap', 'unshare', 'nsenter', 'mount', 'bash'] as const;
/** The last one has the keys of Debian's archives, which other distributions lack. */
const packages = ['buildah', 'debootstrap', 'debian-archive-keyring'] as const;

/**
 * Installs what is missing, in CI only: elsewhere the machine belongs to somebody.
 * @returns Why an image cannot be built here, if it cannot.
 */
export function prepareTools(isCI: boolean): string | undefined {
  if (process.platform !== 'linux') return 'it requires Linux';
  if (process.getuid?.() !== 0) return 'it requires root, for chroot and mounts';
  if (missing().length > 0 && isCI) {
    aptGet('update');
    aptGet('install', '--yes', '--no-install-recommends', ...packages);
  }
  const names = missing();
  return names.length > 0 ? `${names.join(', ')} missing: apt-get install ${packages.join(' ')}` : undefined;
}

function missing(): readonly string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return tools.filter((name) => !folders.some((folder) => isExecutable(join(folder, name))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A failure shows in what is missing afterwards. */
function aptGet(...argv: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['--quiet', '--quiet', ...argv], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
