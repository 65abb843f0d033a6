// All areas that are fuzzed.
import { c1zArea } from './c1z.ts';
import type { FuzzArea } from './fuzz-area.ts';
import { percipioArea } from './percipio-answers.ts';
import { percipioWritesArea } from './percipio-writes.ts';
import { reportArea } from './report.ts';
import { settingsArea } from './settings.ts';
import { apiTokensArea, clientSecretsArea, pageTokensArea } from './tokens.ts';
import { connectArea, grpcArea } from './wire.ts';

export const fuzzAreas: readonly FuzzArea[] = [
  reportArea,
  percipioArea,
  percipioWritesArea,
  grpcArea,
  connectArea,
  pageTokensArea,
  clientSecretsArea,
  apiTokensArea,
  c1zArea,
  settingsArea,
];
