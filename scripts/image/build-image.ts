// Builds the image of the unchanged Dockerfile.
import { readDockerfile } from '../../test/read-dockerfile.ts';
import { prepareBaseImage } from './base-image.ts';
import type { Buildah, ImageConfig } from './buildah.ts';

export interface BuiltImage extends AsyncDisposable {
  readonly config: ImageConfig;
  /** Where its files are. Changes do not reach the image. */
  readonly rootFolder: string;
}

/** @param project - The folder with the Dockerfile. */
export async function buildImage(buildah: Buildah, project: string): Promise<BuiltImage> {
  const [{ image: original = '' } = {}] = readDockerfile();
  const base = await prepareBaseImage(buildah, original);
  const image = `localhost/baton-percipio:${process.pid}`;
  // The format that knows health checks is Docker's. Isolation by chroot is all that works inside a container.
  const how = [
    '--format',
    'docker',
    '--isolation',
    'chroot',
    '--pull-never',
    '--disable-compression',
    '--no-cache',
    '--force-rm',
    '--quiet',
  ];
  await buildah.run('bud', ...how, '--build-arg', `NODE_IMAGE=${base}`, '--tag', image, project);
  const container = await buildah.run('from', '--pull-never', image);
  return {
    config: await buildah.readConfig(image),
    rootFolder: await buildah.run('mount', container),
    [Symbol.asyncDispose]: async () => {
      await buildah.run('rm', container);
      await buildah.run('rmi', image);
    },
  };
}
