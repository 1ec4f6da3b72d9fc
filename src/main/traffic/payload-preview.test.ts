import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutText, formOf, previewOf } from './payload-preview.ts';

test.each([
  ['', 'empty'],
  ['{"a":1}', 'json'],
  [' [1, 2]\n', 'json'],
  ['21.5', 'json'],
  ['true', 'json'],
  ['"a text"', 'json'],
  ['{"a":1', 'text'],
  ['online', 'text'],
  ['21.5 °C', 'text'],
  ['two\nlines\twith a tab', 'text'],
  ['<script>alert(1)</script>', 'text'],
  ['a\u0000b', 'binary'],
  [Buffer.from([0xc3, 0x28]), 'binary'],
  [`{"a":"${'x'.repeat(100_000)}"}`, 'json'],
  ['x'.repeat(100_000), 'text'],
  [`{${'x'.repeat(100_000)}`, 'text'],
  [`[${'['.repeat(200_000)}`, 'text'],
])('%.40j is %s', (payload, form) => {
  expect(formOf(Buffer.from(payload))).toBe(form);
});

test('a preview is the beginning of a text, or of the bytes in hexadecimal', () => {
  expect(previewOf(Buffer.from('é'.repeat(401)))).toEqual({
    form: 'text',
    preview: 'é'.repeat(400),
    previewCut: true,
  });
  expect(previewOf(Buffer.from('é'.repeat(400)))).toMatchObject({ previewCut: false });
  expect(previewOf(Buffer.alloc(65, 0xff))).toEqual({
    form: 'binary',
    preview: 'ff'.repeat(64),
    previewCut: true,
  });
  expect(previewOf(Buffer.from('😀'.repeat(201))).preview).toBe('😀'.repeat(200));
  expect(cutText('ab😀', 3)).toBe('ab');
});

test('whatever the bytes, there is a preview, whole where nothing is cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const payload = Buffer.from(bytes);
      const { form, preview, previewCut } = previewOf(payload);
      expect(previewCut).toBe(false);
      const encoding = form === 'binary' ? 'hex' : 'utf8';
      expect(Buffer.from(preview, encoding)).toEqual(payload);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(formOf(Buffer.from(JSON.stringify(value)))).toBe('json');
    }),
  );
});
