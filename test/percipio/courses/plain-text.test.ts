import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPlainText } from '../../../src/percipio/courses/plain-text.ts';

for (const [html, plain] of [
  ['', ''],
  [' \t\n', ''],
  ['Plain', 'Plain'],
  ['  padded\n', 'padded'],
  ['two\nlines,  two blanks', 'two\nlines,  two blanks'],
  ['R&D, AT&T: if a < b & c > d', 'R&D, AT&T: if a < b & c > d'],
  ['<p>One</p>', 'One'],
  ['<p>One</p><p>Two</p>', 'One Two'],
  ['<ul><li>One<li>Two</ul>Three<br/>Four', 'One Two Three Four'],
  ['a <b>bold</b>move, x<sup>2</sup>', 'a boldmove, x2'],
  ['<p> </p>', ''],
  ['<p>a\n  b</p>', 'a b'],
  ['You&#39;re in: Q&amp;A &ndash; Part&nbsp;1', "You're in: Q&A – Part 1"],
  ['caf&eacute; &#x2014; &euro;', 'café — €'],
  ['a &lt; b', 'a < b'],
  ['&amp;lt;p&amp;gt;', '&lt;p&gt;'],
  ['&unknown; & &', '&unknown; & &'],
  ['<a href="https://x.test/?a=1&amp;b=2" title="a > b">link</a>', 'link'],
  ['<!-- note -->Text<script>let a = "<p>";</script><style>p { color: red }</style>', 'Text'],
  ['Java: List<String> and Map<K, V>', 'Java: List<String> and Map<K, V>'],
  ['C++: std::vector<int>', 'C++: std::vector<int>'],
  ['#include <stdio.h> &amp; main', '#include <stdio.h> & main'],
  ['a<b and more', 'a<b and more'],
  ['<p>open <b and more', 'open <b and more'],
] as const) {
  test(`toPlainText: ${JSON.stringify(html)}`, () => {
    assert.equal(toPlainText(html), plain);
  });
}

test('toPlainText takes time in proportion to the text', () => {
  for (const part of ['<', '<b ', '</b', '&', '&#', '<!--', '<p>', '<x>', '<script>', ' ']) {
    const startedAt = performance.now();
    toPlainText(part.repeat(100_000));
    assert.ok(performance.now() - startedAt < 10_000, part);
  }
});
