// Builds the images of the unchanged Dockerfiles.
import { join } from 'node:path';
import { readDockerfile } from '../../test/read-dockerfile.ts';
import { prepareBaseImage } from './base-image.ts';
import type { Buildah, ImageConfig } from './buildah.ts';

export interface BuiltImage extends AsyncDisposable {
  readonly config: ImageConfig;
  /** Where its files are. Changes do not reach the image. */
  readonly rootFolder: string;
  /** Its name in the storage of buildah. */
  readonly name: string;
}

/** The format that knows health checks is Docker's. Isolation by chroot is all that works inside a container. */
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

/** @param project - The folder with the Dockerfile. */
export async function buildImage(buildah: Buildah, project: string): Promise<BuiltImage> {
  const [{ image: original = '' } = {}] = readDockerfile();
  const base = await prepareBaseImage(buildah, original);
  const image = `localhost/baton-percipio:${process.pid}`;
  await buildah.run('bud', ...how, '--build-arg', `NODE_IMAGE=${base}`, '--tag', image, project);
  return await openImage(buildah, image);
}

/**
 * Builds the image of the unchanged Dockerfile.lambda.
 * @param base - That of the Dockerfile.
 */
export async function buildLambdaImage(buildah: Buildah, base: BuiltImage, project: string): Promise<BuiltImage> {
  const image = `localhost/baton-percipio-lambda:${process.pid}`;
  const file = join(project, 'Dockerfile.lambda');
  await buildah.run('bud', ...how, '--build-arg', `IMAGE=${base.name}`, '--tag', image, '--file', file, project);
  return await openImage(buildah, image);
}

async function openImage(buildah: Buildah, name: string): Promise<BuiltImage> {
  const container = await buildah.run('from', '--pull-never', name);
  return {
    name,
    config: await buildah.readConfig(name),
    rootFolder: await buildah.run('mount', container),
    [Symbol.asyncDispose]: async () => {
      await buildah.run('rm', container);
      await buildah.run('rmi', name);
    },
  };
}
