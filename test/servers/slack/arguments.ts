/** Reading a Web API call: its body, and single arguments out of it. */
import type { CallArguments } from './records.ts';

/** Thrown by methods: becomes `{ok: false, error}` with status 200, as Slack does. */
export class Refusal extends Error {
  readonly error: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(error: string, details: Readonly<Record<string, unknown>> = {}) {
    super(error);
    this.error = error;
    this.details = details;
  }
}

/** Arguments of a form or JSON body. Of a form, values of the structured arguments are parsed. */
export function readArguments(contentType: string, body: string): CallArguments {
  if (contentType.startsWith('application/json')) return readJson(body);
  const args: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(body)) {
    args[name] = STRUCTURED.has(name) ? parse(value) : value;
  }
  return args;
}

/** A text argument; numbers count as text. Absent where it is missing or null. */
export function readText(args: CallArguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : String(value);
}

/** @throws Refusal `invalid_arguments` without it. */
export function requireText(args: CallArguments, name: string): string {
  const value = readText(args, name);
  if (value === undefined || value === '') throw missing(name);
  return value;
}

export function readFlag(args: CallArguments, name: string): boolean {
  return ['true', '1'].includes(String(args[name]));
}

/** What Slack says of an argument that is not there. */
export function missing(name: string): Refusal {
  return new Refusal('invalid_arguments', {
    response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
  });
}

const STRUCTURED = new Set([
  'blocks',
  'attachments',
  'metadata',
  'chunks',
  'prompts',
  'loading_messages',
  'file_ids',
  'files',
  'view',
]);

function readJson(body: string): CallArguments {
  const value = parse(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as CallArguments;
  throw new Refusal('invalid_json');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The method that needs the argument complains about its shape.
    return text;
  }
}
