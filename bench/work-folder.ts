// A folder for the benchmark's temporary files.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const prefix = 'work-';

/**
 * Creates one inside a folder. It is removed when the process exits; after a kill, by the next benchmark.
 * @returns Its path.
 */
export function createWorkFolder(parent: string): string {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length)))) {
      rmSync(join(parent, name), { recursive: true });
    }
  }
  const path = join(parent, `${prefix}${process.pid}`);
  mkdirSync(path);
  process.on('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only checks whether the process exists.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
