/** Three bytes a token is more than any tokenizer needs for common text, and no vocabulary has to be loaded. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}
