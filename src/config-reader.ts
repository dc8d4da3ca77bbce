import { isSecret, type SettingName, settingNames } from './config-settings.ts';

/** The environment, as a plain record. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads single settings and gathers what is wrong with them. Every method gives `undefined` where it is not set. */
export interface SettingReader {
  text(name: SettingName): string | undefined;
  /** A token or key: like `text`, and without white space inside. */
  token(name: SettingName): string | undefined;
  /** A URL of one of these schemes (`https:`). */
  url(name: SettingName, schemes: readonly string[]): string | undefined;
  number(name: SettingName, range: NumberRange): number | undefined;
  choice<Value extends string>(name: SettingName, values: readonly Value[]): Value | undefined;
  /** Adds a fault: one sentence that names the setting and says what to do, without secret values. */
  fault(sentence: string): void;
  warn(sentence: string): void;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** Values of all secrets that are set, and credentials inside of URLs. */
  readonly secrets: readonly string[];
}

/** Which numbers a setting takes. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** A reader over an environment. Values are trimmed; empty ones count as not set. */
export function createSettingReader(environment: Environment): SettingReader {
  const faults: string[] = [];
  const warnings: string[] = [];
  const secrets: string[] = [];

  function text(name: SettingName): string | undefined {
    return environment[name]?.trim() || undefined;
  }

  for (const name of settingNames) {
    const value = text(name);
    if (value === undefined) continue;
    if (isSecret(name)) secrets.push(value);
    else secrets.push(...credentialsIn(value));
  }

  return {
    text,

    token(name) {
      const value = text(name);
      if (value !== undefined && /\s/.test(value)) {
        faults.push(`${name} has white space inside: copy it again, as a whole.`);
      }
      return value;
    },

    url(name, schemes) {
      const value = text(name);
      if (value === undefined) return undefined;
      const parsed = URL.parse(value);
      if (parsed !== null && schemes.includes(parsed.protocol) && parsed.host !== '') return value;
      const wanted = schemes.map((scheme) => `${scheme}//`).join(' or ');
      faults.push(`${name} is not a complete URL: write one that begins with ${wanted}.`);
      return undefined;
    },

    number(name, { least, most, whole }) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
      if (number >= least && number <= most && (!whole || Number.isInteger(number))) return number;
      faults.push(`${name} has to be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
      return undefined;
    },

    choice(name, values) {
      const value = text(name)?.toLowerCase();
      if (value === undefined) return undefined;
      const found = values.find((candidate) => candidate === value);
      if (found === undefined) faults.push(`${name} has to be one of: ${values.join(', ')}.`);
      return found;
    },

    fault: (sentence) => void faults.push(sentence),
    warn: (sentence) => void warnings.push(sentence),
    faults,
    warnings,
    secrets,
  };
}

/** Credentials of a URL, in every form in which they could show up: as written, decoded, as a pair. */
function credentialsIn(value: string): string[] {
  const written = /^[a-z+]+:\/\/([^/?#]*)@/i.exec(value)?.[1];
  if (written === undefined) return [];
  const colon = written.indexOf(':');
  const user = colon === -1 ? written : written.slice(0, colon);
  const password = colon === -1 ? '' : written.slice(colon + 1);
  // A user name alone may be a token; beside a password it is no secret.
  const secret = password === '' ? user : password;
  if (secret === '') return [];
  return [...new Set([`${written}@`, secret, decoded(secret), `${decoded(user)}:${decoded(password)}`])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not encoded: it is meant as it stands
  }
}
