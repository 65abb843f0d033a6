// `npm run try-image`: builds the images without a Docker engine, and tries them: that of the Dockerfile as
// deploy/kubernetes/ runs it, with a single sync and then service mode with a large organization; that of
// Dockerfile.lambda as AWS Lambda runs it.
//
// It needs Linux, root, Debian's mirrors and the npm registry, so it is not a test; `.ci/run` runs it. Elsewhere it says
// what it lacks.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildImage, buildLambdaImage } from './image/build-image.ts';
import { Buildah } from './image/buildah.ts';
import { checkHosted } from './image/check-hosted.ts';
import { checkService } from './image/check-service.ts';
import { checkSingleSync } from './image/check-single-sync.ts';
import { prepareTools } from './image/tools.ts';
import type { Sbom } from './sbom.ts';

const isCI = process.env.CI === 'true';
const say = (text: string) => process.stdout.write(`${Math.round(performance.now() / 1000)} s: ${text}\n`);

const obstacle = prepareTools(isCI);
if (obstacle === undefined) {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const buildah = new Buildah(join(cache, 'baton-percipio-image'));
  const project = dirname(import.meta.dirname);
  await using image = await buildImage(buildah, project);
  say(`the image is built; it starts with ${image.config.Entrypoint.join(' ')}`);
  const { components } = JSON.parse(readFileSync(join(image.rootFolder, 'app/dist/sbom.cdx.json'), 'utf8')) as Sbom;
  say(`its bill of materials lists ${components.length} packages`);
  say(await checkSingleSync(image));
  await checkService(image, say);
  await using lambdaImage = await buildLambdaImage(buildah, image, project);
  say(await checkHosted(lambdaImage));
} else {
  process.stdout.write(`try-image: ${isCI ? 'cannot run' : 'skipped'}: ${obstacle}\n`);
  process.exitCode = isCI ? 1 : 0;
}
