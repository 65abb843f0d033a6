// Reads the Dockerfiles, for tests of what they do.
import { readFileSync } from 'node:fs';

export interface Stage {
  /** `node:24.21.0-bookworm-slim@sha256:…`, unless a build argument says otherwise. */
  readonly image: string;
  readonly copies: readonly Copy[];
  readonly user: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Words of the commands, in the form that needs no shell. */
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
}

export interface Copy {
  /** The stage that it is copied from; the project's folder when there is none. */
  readonly from: string | undefined;
  readonly paths: readonly string[];
  readonly to: string;
}

/** Its stages in their order. */
export function readDockerfile(name: 'Dockerfile' | 'Dockerfile.lambda' = 'Dockerfile'): Stage[] {
  const text = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
  const [head = '', ...stages] = text.split(/^(?=FROM )/m);
  const args = Object.fromEntries(Array.from(head.matchAll(/^ARG (\w+)=(.*)$/gm), ([, name, value]) => [name, value]));
  return stages.map((stage) =>
    readStage(stage.replace(/^FROM (?:--platform=\S+ )?\$\{(\w+)\}/, (_, name) => `FROM ${args[name]}`)),
  );
}

function readStage(text: string): Stage {
  const instructions = Array.from(text.matchAll(/^([A-Z]+) (.*)$/gm), ([, name, rest = '']) => ({ name, rest }));
  const all = (name: string) => instructions.filter((each) => each.name === name).map(({ rest }) => rest);
  return {
    image: all('FROM')[0]?.split(' ')[0] ?? '',
    copies: all('COPY').map(readCopy),
    user: all('USER').at(-1),
    env: Object.fromEntries(all('ENV').map((assignment) => assignment.split('=', 2))),
    entrypoint: readWords(all('ENTRYPOINT').at(-1)),
    healthcheck: readWords(all('HEALTHCHECK').at(-1)),
  };
}

function readCopy(rest: string): Copy {
  const words = rest.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  return { from, paths: paths.slice(0, -1), to: paths.at(-1) ?? '' };
}

function readWords(command = ''): string[] {
  return JSON.parse(/\[.*\]$/.exec(command)?.[0] ?? '[]') as string[];
}
