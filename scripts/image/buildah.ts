// buildah, which builds images without a Docker engine and without privileges that a container lacks.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What an image says about running it; the names are Docker's. */
export interface ImageConfig {
  readonly User: string;
  /** `NAME=value` */
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[] | null;
  readonly WorkingDir: string;
  /** Its first word is `CMD`: the command follows. */
  readonly Healthcheck: { readonly Test: readonly string[] };
}

const execute = promisify(execFile);

/** Keeps its images in a folder of its own, apart from those of the machine. */
export class Buildah {
  readonly #flags: readonly string[];

  /** @param folder - Of the images. It is created if necessary, and outlives this process. */
  constructor(folder: string) {
    // `vfs` needs no kernel module. It copies whole layers.
    this.#flags = ['--root', `${folder}/storage`, '--runroot', `${folder}/run`, '--storage-driver', 'vfs'];
  }

  /**
   * @returns What it wrote to stdout, without the last line break.
   * @throws Error with what it wrote to stderr.
   */
  async run(...argv: readonly string[]): Promise<string> {
    const { stdout } = await execute('buildah', [...this.#flags, ...argv], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.trimEnd();
  }

  /** The names of the images, with their tags. */
  async imageNames(): Promise<readonly string[]> {
    return (await this.run('images', '--format', '{{.Name}}:{{.Tag}}')).split('\n');
  }

  async readConfig(image: string): Promise<ImageConfig> {
    const { Docker } = JSON.parse(await this.run('inspect', '--type', 'image', image)) as {
      Docker: { config: ImageConfig };
    };
    return Docker.config;
  }
}
