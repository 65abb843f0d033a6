import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boolField, choiceField, stringField } from '../../../src/baton/config/create-field.ts';
import { describeFields } from '../../../src/baton/config/describe-fields.ts';

test('describeFields makes a table of what is not hidden, by name', () => {
  const table = describeFields([
    stringField({ name: 'title', shorthand: 't', description: 'The title | or two', default: 'none' }),
    stringField({ name: 'card', description: 'The card', required: true }),
    stringField({ name: 'door', description: 'Leads out', hidden: true }),
    boolField({ name: 'robot', description: 'Robots', unsupported: { answer: 'refuse', because: 'people work here' } }),
    choiceField({
      name: 'engine',
      description: 'What drives it',
      oneOf: ['steam', 'diesel'],
      unsupported: { answer: 'refuse', because: 'there is no oil', values: ['diesel'] },
    }),
  ]);
  assert.equal(
    table,
    `| Flag | Variable | Default | Description |
| --- | --- | --- | --- |
| \`--card\` | \`BATON_CARD\` |  | required: The card |
| \`--engine\` | \`BATON_ENGINE\` |  | What drives it (not supported yet: diesel) |
| \`--robot\` | \`BATON_ROBOT\` |  | Robots (not supported yet) |
| \`--title\`, \`-t\` | \`BATON_TITLE\` | \`none\` | The title \\| or two |
`,
  );
});
