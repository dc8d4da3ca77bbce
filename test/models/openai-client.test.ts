import { expect, test } from 'vitest';
import { connectOpenAi } from '../../src/models/openai-client.ts';

test.each([
  [undefined, true],
  ['https://api.openai.com/v1', true],
  ['https://eu.api.openai.com/v1', true],
  ['https://api.openai.com.example.org/v1', false],
  ['http://127.0.0.1:8080/v1', false],
])('the server of %s is OpenAI: %s', (baseUrl, official) => {
  expect(connectOpenAi(baseUrl === undefined ? {} : { baseUrl }).official).toBe(official);
});
