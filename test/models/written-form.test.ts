import { expect, test } from 'vitest';
import { writeForm } from '../../src/models/written-form.ts';

test('is read by others as it was meant', async () => {
  const bytes = Buffer.from('\r\n--parley\r\n\u0000é');
  const file = { name: 'a "b"\r\n.ogg', type: 'audio/ogg\r\nx: y', bytes };
  const { body, contentType } = writeForm({ model: 'whisper-1', 'a"b': 'é\r\n' }, file);
  const form = await new Response(Buffer.from(body), { headers: { 'content-type': contentType } }).formData();
  const { file: read, ...fields } = Object.fromEntries(form) as { file: File };
  expect(fields).toEqual({ model: 'whisper-1', 'a"b': 'é\r\n' });
  expect([read.name, read.type]).toEqual(['a "b"\r\n.ogg', 'audio/oggx: y']);
  expect(Buffer.from(await read.arrayBuffer())).toEqual(bytes);
});
