// Runs a command in an image as a runtime does that keeps to deploy/kubernetes/deployment.yaml: its own processes and
// mounts, a read-only root, an unprivileged user without capabilities. The network is the machine's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { BuiltImage } from './build-image.ts';

export interface ContainerOptions {
  /** In addition to the image's variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  /** Folders of this machine, by the path inside. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** The size of /tmp, which is in memory. */
  readonly temporaryBytes: number;
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A sync takes half a minute on two free cores. */
const lifetimeMaxMs = 15 * 60_000;

/**
 * Runs as process 1 of the new namespaces and becomes the program. Writes its process id outside of them to descriptor 3.
 * Arguments: the root, the bytes of /tmp, the number of volumes, each as two arguments, and the command.
 */
const becomeProgram = `
set -eu
read -r pid _ < /proc/self/stat
echo "$pid" >&3
exec 3>&-
root=$1 temporary=$2 volumes=$3
shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o "mode=1777,size=$temporary" tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for name in null zero random urandom; do
  : > "$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
mount --bind /etc/hosts "$root/etc/hosts"
for ((; volumes > 0; volumes--)); do
  mount --bind "$1" "$root$2"
  shift 2
done
mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"
`;

export class Container implements AsyncDisposable {
  /** Process 1, by its id on this machine. */
  readonly pid: number;
  readonly finished: Promise<Outcome>;
  readonly #image: BuiltImage;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(image: BuiltImage, env: NodeJS.ProcessEnv, pid: number, finished: Promise<Outcome>) {
    this.#image = image;
    this.#env = env;
    this.pid = pid;
    this.finished = finished;
  }

  /** Starts the image's entry point. */
  static async start(image: BuiltImage, { env, argv = [], volumes = {}, temporaryBytes }: ContainerOptions) {
    const { config, rootFolder } = image;
    // A runtime creates what it mounts on.
    for (const path of Object.keys(volumes)) mkdirSync(join(rootFolder, path), { recursive: true });
    const allEnv = { ...Object.fromEntries(config.Env.map(splitVariable)), ...env };
    const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
    const mounts = Object.entries(volumes).flatMap(([inside, outside]) => [outside, inside]);
    const words = ['becomeProgram', rootFolder, String(temporaryBytes), String(Object.keys(volumes).length), ...mounts];
    const command = [...config.Entrypoint, ...(argv.length > 0 ? argv : (config.Cmd ?? []))];
    const child = spawn('unshare', [...namespaces, 'bash', '-c', becomeProgram, ...words, ...asUser(image, command)], {
      env: allEnv,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit') as Promise<[number | null]>;
    const finished = Promise.all([exited, readAll(child.stdout), readAll(child.stderr)]).then(
      ([[exitCode], stdout, stderr]) => ({ exitCode, stdout, stderr }),
    );
    // Whatever waits for the container then fails, instead of waiting forever.
    const killing = setTimeout(() => child.kill('SIGKILL'), lifetimeMaxMs);
    finished.finally(() => clearTimeout(killing)).catch(() => {});
    const pid = await Promise.race([readPid(child.stdio[3]), finished.then(() => undefined)]);
    if (pid === undefined) throw new Error(`the container did not start: ${(await finished).stderr}`);
    return new Container(image, allEnv, pid, finished);
  }

  /** Runs another command inside, as `docker exec` does. */
  async execute(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const enter = ['--target', String(this.pid), '--mount', '--pid', '--root', '--'];
    const child = spawn('nsenter', [...enter, ...asUser(this.#image, command)], {
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit') as Promise<[number | null]>;
    const [[exitCode], stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
    return { exitCode, stdout, stderr };
  }

  /** A line of what the kernel says about process 1, such as `VmHWM`. */
  status(name: string): string {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  }

  /** Sends a signal to process 1 as a runtime does: from outside. */
  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill('SIGKILL');
    } catch {
      // It has ended.
    }
    await this.finished;
  }
}

/** The writer does not close it: `unshare` has it, too. */
async function readPid(stream: unknown): Promise<number | undefined> {
  if (!(stream instanceof Readable)) return undefined;
  const [line] = await once(stream, 'data');
  return Number(String(line));
}

async function readAll(stream: unknown): Promise<string> {
  return stream instanceof Readable ? text(stream) : '';
}

function splitVariable(assignment: string): [string, string] {
  const at = assignment.indexOf('=');
  return [assignment.slice(0, at), assignment.slice(at + 1)];
}

/** The command as the image's user, in its working directory, without privileges and without a way to any. */
function asUser({ config, rootFolder }: BuiltImage, command: readonly string[]): readonly string[] {
  const { uid, gid } = findUser(rootFolder, config.User);
  const ids = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const noPrivileges = ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'];
  return ['env', `--chdir=${config.WorkingDir}`, 'setpriv', ...ids, ...noPrivileges, '--', ...command];
}

/** @param name - As in `USER` of a Dockerfile, which may be missing: root. */
export function findUser(rootFolder: string, name: string): { readonly uid: string; readonly gid: string } {
  const lines = readFileSync(join(rootFolder, 'etc/passwd'), 'utf8').split('\n');
  const [, , uid, gid] = lines.find((line) => line.startsWith(`${name || 'root'}:`))?.split(':') ?? [];
  if (!uid || !gid) throw new Error(`the image has no user ${name}`);
  return { uid, gid };
}
