// `npm run try-image`: builds the image of the Dockerfile without a Docker engine, and tries it as deploy/kubernetes/ runs
// it: a single sync, then service mode with a large organization.
//
// It needs Linux, root, Debian's mirrors and the npm registry, so it is not a test; `.ci/run` runs it. Elsewhere it says
// what it lacks.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildImage } from './image/build-image.ts';
import { Buildah } from './image/buildah.ts';
import { checkService } from './image/check-service.ts';
import { checkSingleSync } from './image/check-single-sync.ts';
import { prepareTools } from './image/tools.ts';
import type { Sbom } from './sbom.ts';

const isCI = process.env.CI === 'true';
const say = (text: string) => process.stdout.write(`${Math.round(performance.now() / 1000)} s: ${text}\n`);

const obstacle = prepareTools(isCI);
if (obstacle === undefined) {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  await using image = await buildImage(new Buildah(join(cache, 'baton-percipio-image')), dirname(import.meta.dirname));
  say(`the image is built; it starts with ${image.config.Entrypoint.join(' ')}`);
  const { components } = JSON.parse(readFileSync(join(image.rootFolder, 'app/dist/sbom.cdx.json'), 'utf8')) as Sbom;
  say(`its bill of materials lists ${components.length} packages`);
  say(await checkSingleSync(image));
  await checkService(image, say);
} else {
  process.stdout.write(`try-image: ${isCI ? 'cannot run' : 'skipped'}: ${obstacle}\n`);
  process.exitCode = isCI ? 1 : 0;
}
