import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configCommand } from '../../../src/baton/commands/config.ts';
import { choiceField, stringField, stringSliceField } from '../../../src/baton/config/create-field.ts';
import { runAndCollect } from '../command-line/run-and-collect.ts';

const card = stringField({ name: 'library-card', description: 'The card', required: true, secret: true });
const branch = choiceField({ name: 'branch', description: 'The branch', oneOf: ['north', 'south'], default: 'north' });
const genres = stringSliceField({ name: 'genres', description: 'Only these', required: false });
const archive = stringField({ name: 'archive', description: 'Elsewhere', hidden: true, exportTarget: 'cli' });

async function printConfiguration(): Promise<string> {
  const { exitCode, stdout, stderr } = await runAndCollect(
    {
      name: 'baton-library',
      version: '1.2.3',
      fields: [card, branch, genres, archive],
      constraints: [{ kind: 'dependent-on', fields: [genres], requires: [branch] }],
      connector: () => assert.fail('config needs no connector'),
    },
    { default: configCommand, named: [configCommand] },
    { argv: ['config'] },
  );
  assert.deepEqual([exitCode, stderr], [0, '']);
  return stdout;
}

test('config prints the settings that every connector has as Go connectors do, but for their descriptions', async () => {
  const { fields } = JSON.parse(await printConfiguration());
  const withoutDescriptions = fields.slice(0, 13).map(({ description, ...rest }: Record<string, unknown>) => rest);
  const ops = (name: string, value: object) => ({ name, isOps: true, ...value });
  // As printed by a Go connector on baton-sdk v0.20.2, and by one on v0.25.0.
  assert.deepEqual(withoutDescriptions, [
    ops('log-level', { stringField: { defaultValue: 'info' } }),
    ops('log-level-debug-expires-at', { stringField: {} }),
    ops('session-store-maximum-size', { intField: { defaultValue: '15728640' } }),
    ops('otel-collector-endpoint', { stringField: {} }),
    ops('otel-collector-endpoint-tls-cert-path', { stringField: {} }),
    ops('otel-collector-endpoint-tls-cert', { stringField: {} }),
    ops('otel-collector-endpoint-tls-insecure', { boolField: {} }),
    ops('otel-tracing-disabled', { boolField: {} }),
    ops('otel-logging-disabled', { boolField: {} }),
    ops('health-check', { boolField: {} }),
    ops('health-check-port', { intField: { defaultValue: '8081' } }),
    ops('health-check-bind-address', { stringField: { defaultValue: '127.0.0.1' } }),
    ops('http-timeout-seconds', { intField: { defaultValue: '300', rules: { lte: '1800', gte: '1' } } }),
  ]);
});

test("config prints the connector's own settings behind them, and no line end", async () => {
  const printed = await printConfiguration();
  assert.ok(
    printed.endsWith(`    {
      "name": "library-card",
      "description": "The card",
      "isRequired": true,
      "isSecret": true,
      "stringField": {
        "rules": {
          "isRequired": true
        }
      }
    },
    {
      "name": "branch",
      "description": "The branch",
      "stringField": {
        "defaultValue": "north",
        "rules": {
          "in": [
            "north",
            "south"
          ]
        }
      }
    },
    {
      "name": "genres",
      "description": "Only these",
      "stringSliceField": {
        "rules": {}
      }
    }
  ],
  "constraints": [
    {
      "kind": "CONSTRAINT_KIND_DEPENDENT_ON",
      "fieldNames": [
        "genres"
      ],
      "secondaryFieldNames": [
        "branch"
      ]
    }
  ]
}`),
    printed.slice(-900),
  );
});
