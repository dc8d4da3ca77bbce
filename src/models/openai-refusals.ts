import type { APIError } from 'openai';

/**
 * True where a server says that its model takes no pictures: of OpenAI "image_url is only supported by certain models", of
 * others that it does not support image input or images, lacks vision or a projector, or expected text. Not true where it
 * only could not read the one that was sent.
 */
export function refusesPictures({ status = 0, message }: APIError): boolean {
  if (status < 400 || status === 401 || status === 403 || status === 429) return false;
  return (
    /image.?(input|url).{0,40}(not|only) (supported|enabled|allowed)|(not|n['’]t) (support|accept|allow)\w* .{0,40}(image|vision|multimodal)/i.test(
      message,
    ) ||
    /(support|required for|accepts?) image input|not a (vision|multimodal)|at most 0 image|unknown variant .?image_url/i.test(
      message,
    )
  );
}

/**
 * True where a server says that its model calls no tools: of Ollama "does not support tools", of OpenRouter "No endpoints found
 * that support tool use", of others that the field is unknown or that tools are not enabled.
 */
export function refusesTools({ status = 0, param, message }: APIError): boolean {
  if (status < 400 || status === 401 || status === 403 || status === 429) return false;
  // A call that went wrong once says nothing of the next one.
  if (/not in request|\bto parse\b|arguments|\brole\b|output|call.?id|unexpected/i.test(message))
    return false;
  if (/^(tools?|functions?)\b|^tool_choice/.test(param ?? '')) return true;
  return (
    /\b(not?|cannot|un\w+)\b.{0,60}\b(tools?|function.?call)|n['’]t .{0,60}\b(tools?|function.?call)/i.test(
      message,
    ) ||
    /\b(tools?|tool.(choice|calling|use)|function.?call(s|ing)?)\b.{0,40}\b(not|requires?|un\w+)\b/i.test(
      message,
    )
  );
}
