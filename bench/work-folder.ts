// A folder for what the benchmark needs while it runs.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const prefix = 'work-';

/**
 * Makes one below a folder. It is removed when the process exits; one whose process was killed, by the next benchmark.
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
    // Signal 0 only asks.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
