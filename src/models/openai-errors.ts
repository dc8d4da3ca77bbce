import { APIConnectionError, APIError } from 'openai';
import { type ErrorCode, ParleyError } from '../core/errors.ts';
import { EndedEarlyError } from '../core/http-fetch.ts';
import type { ImageRequest } from '../core/picture-ports.ts';
import { toWords } from './durations.ts';
import { toImageNotice } from './image-notices.ts';
import { refusesPictures, refusesTools } from './openai-refusals.ts';
import { readRetryAfter } from './retry-after.ts';

/** What a sentence about a failed call may mention. */
export interface FailedCall {
  readonly model: string;
  /** True for OpenAI's own server, which has a status page. */
  readonly official: boolean;
  /** True where a part of the answer has reached the person. */
  readonly shown: boolean;
  /** @default 'chat' */
  readonly purpose?: 'chat' | 'embeddings' | 'transcription' | 'images';
  /** Of a call for pictures: what was asked for. */
  readonly image?: ImageRequest;
  /** True where the prompt held pictures. */
  readonly pictures?: boolean;
  /** True where the model was offered tools. */
  readonly tools?: boolean;
}

/**
 * Whatever a call to the SDK threw, as the one error of the house. What the server wrote is kept in `cause`
 * for the log; it is never part of the notice, because it may quote the key or the question.
 */
export function toModelError(cause: unknown, call: FailedCall): ParleyError {
  if (cause instanceof ParleyError) return cause;
  const code = toCode(cause, call);
  const retryAfterMs = cause instanceof APIError ? readRetryAfter(cause.headers) : undefined;
  return new ParleyError(code, toNotice(code, cause, call, retryAfterMs), {
    cause,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function toCode(cause: unknown, call: FailedCall): ErrorCode {
  const { shown, pictures = false, tools = false, purpose } = call;
  if (isCutOff(cause)) return 'cut-off';
  if (!(cause instanceof APIError)) return 'model-failed';
  if (pictures && refusesPictures(cause)) return 'pictures-refused';
  if (tools && refusesTools(cause)) return 'tools-refused';
  const ofImages = purpose === 'images' ? toImageCode(cause) : undefined;
  const code = ofImages ?? toCodeByName(cause) ?? toCodeByMessage(cause) ?? toCodeByStatus(cause);
  return shown && code === 'model-unavailable' ? 'cut-off' : code;
}

/** Ended without a reason, an event that is not JSON, a socket that broke under the answer. */
function isCutOff(cause: unknown): boolean {
  if (cause instanceof EndedEarlyError || cause instanceof SyntaxError) return true;
  if (cause instanceof APIConnectionError && cause.cause instanceof EndedEarlyError) return true;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET';
}

/** Codes and types of OpenAI's errors, as documented; first those that share a status with others. */
const names: Readonly<Record<string, ErrorCode>> = {
  insufficient_quota: 'usage-limit',
  credit_balance_exhausted: 'usage-limit',
  organization_spend_limit_exceeded: 'usage-limit',
  project_spend_limit_exceeded: 'usage-limit',
  organization_usage_limit_exceeded: 'usage-limit',
  usage_limit_exceeded: 'usage-limit',
  billing_hard_limit_reached: 'usage-limit',
  billing_not_active: 'usage-limit',
  model_not_found: 'unknown-model',
  context_length_exceeded: 'context-too-long',
  exceed_context_size_error: 'context-too-long',
  content_filter: 'refused',
  content_policy_violation: 'refused',
  image_content_policy_violation: 'refused',
  moderation_blocked: 'refused',
  invalid_prompt: 'refused',
  bio_policy: 'refused',
  cyber_policy: 'refused',
  misalignment_policy_violation: 'refused',
  invalid_api_key: 'bad-key',
  authentication_error: 'bad-key',
};

function toCodeByName({ code, type }: APIError): ErrorCode | undefined {
  return names[code ?? ''] ?? names[type ?? ''];
}

/** For compatible servers, which have no common codes, and for what OpenAI tells in words only. */
function toCodeByMessage({ status, message }: APIError): ErrorCode | undefined {
  // Of 429 too: "Request too large for … tokens per min" does not pass by waiting.
  if (/context.{0,12}(length|size|window)|prompt is too long|request too large/i.test(message))
    return 'context-too-long';
  if (status === 404 && /model|deployment/i.test(message)) return 'unknown-model';
  return undefined;
}

/** What servers say of pictures in words, or otherwise than of text. */
function toImageCode({ status, code, message }: APIError): ErrorCode | undefined {
  if (code === 'string_above_max_length' || /prompt\W.{0,40}too long|string too long/i.test(message))
    return 'context-too-long';
  if (status === 405 || status === 501) return 'model-failed';
  if (status === 401 || status === 429) return undefined;
  return /safety (system|filter|policy)|content (moderation|policy|filter)|moderation[ _]blocked/i.test(
    message,
  )
    ? 'refused'
    : undefined;
}

function toCodeByStatus(error: APIError): ErrorCode {
  const status = error.status ?? toInStreamStatus(error);
  if (status === 401 || status === 403) return 'bad-key';
  if (status === 402) return 'usage-limit';
  if (status === 413) return 'context-too-long';
  if (status === 429) return 'rate-limited';
  if (status === undefined || status === 408 || status === 409 || status >= 500) return 'model-unavailable';
  return 'model-failed';
}

/** The status that an error inside a stream would have had; `undefined` also for connections that failed. */
function toInStreamStatus({ code, type }: APIError): number | undefined {
  if (/^\d{3}$/.test(`${code}`)) return Number(code);
  if (code === 'rate_limit_exceeded' || type === 'rate_limit_error') return 429;
  if (type === 'invalid_request_error' || type === 'image_generation_user_error') return 400;
  return undefined;
}

function toNotice(
  code: ErrorCode,
  cause: unknown,
  call: FailedCall,
  retryAfterMs: number | undefined,
): string {
  const { purpose = 'chat', image } = call;
  const ofImages = image && toImageNotice(code, cause, image, retryAfterMs);
  if (ofImages !== undefined) return ofImages;
  switch (code) {
    case 'bad-key':
      if (cause instanceof APIError && /organization must be verified/i.test(cause.message))
        return `OpenAI opens the model ${call.model} to verified organizations only: tell whoever runs Parley to verify theirs at platform.openai.com/settings/organization/general.`;
      return "The model's server did not accept Parley's key: tell whoever runs Parley to check OPENAI_API_KEY.";
    case 'unknown-model':
      return `The model ${call.model} does not exist or is not open to Parley's key: tell whoever runs Parley to check ${modelSettings[purpose]}.`;
    case 'context-too-long':
      if (purpose === 'transcription')
        return 'The recording is too long for this model: send it in shorter parts.';
      if (purpose === 'embeddings') return 'The text is too long for this model: send it in shorter parts.';
      return 'This conversation has become too long for the model: start anew with /new, or ask for less at once.';
    case 'pictures-refused':
      return 'This model can’t see pictures: tell me in words what is in them.';
    case 'tools-refused':
      return 'This model can’t use tools: ask it something that it can answer in words.';
    case 'refused':
      return refusedNotice;
    case 'rate-limited':
      return retryAfterMs === undefined
        ? 'The model is getting too many questions at the moment: try again in a minute or two.'
        : `The model is getting too many questions at the moment: try again in about ${toWords(retryAfterMs)}.`;
    case 'usage-limit':
      return 'You have reached your usage limit: see your usage dashboard and billing settings; help: help.openai.com';
    case 'model-unavailable':
      return call.official
        ? "The model's server is not working at the moment: try again in a few minutes, or look at status.openai.com."
        : "The model's server is not working at the moment: try again in a few minutes; if that goes on, tell whoever runs Parley to check OPENAI_BASE_URL.";
    case 'cut-off':
      return call.shown
        ? 'The answer was cut off in the middle, because the connection to the model broke: ask Parley to go on, or ask again.'
        : 'The model broke off before the first word: ask again in a moment.';
    case 'timed-out':
      return "The model's server took too long to answer: ask again, or ask for something shorter.";
    default:
      return cause instanceof APIError && isElsewhere(cause)
        ? `The model's server has no ${purpose} at its address: tell whoever runs Parley to check OPENAI_BASE_URL.`
        : "The model's server could not make sense of the request: ask again, and if that goes on tell whoever runs Parley.";
  }
}

const modelSettings = {
  chat: 'OPENAI_MODEL',
  embeddings: 'EMBEDDING_MODEL',
  transcription: 'TRANSCRIBE_MODEL',
  images: 'IMAGE_MODEL',
} as const;

/** Nothing there, or a redirect, which is not followed: questions go only to the address that was configured. */
function isElsewhere({ status = 0 }: APIError): boolean {
  return status === 404 || (status >= 300 && status < 400);
}

/** Said where the model's rules did not allow any answer at all. */
export const refusedNotice =
  "The model's rules do not allow an answer to this: put the question differently.";
