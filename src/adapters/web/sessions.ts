import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Who asks, and how we know. */
export interface Identity {
  /** `local`, `program`, or the id of a browser's person: no secret. */
  readonly person: string;
  readonly by: 'place' | 'bearer' | 'cookie';
  /** A cookie to set, where the session is to last longer. */
  readonly renewal?: string;
}

/** What a request brings to say who it is. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  /** True where the browser came by https. */
  readonly secure: boolean;
}

/** Knows people by a token, or by the cookie that their browser got for it. */
export interface Sessions {
  /** True where people have to log in. */
  readonly required: boolean;
  /** `undefined` where it is nobody we know. */
  identify(credentials: Credentials): Identity | undefined;
  /** Cookies for a browser that gave the token; `undefined` where it is wrong. Who was here before stays who they are. */
  logIn(token: string, credentials: Credentials): readonly string[] | undefined;
  /** Cookies that end the session. The browser keeps the secret of its person for the next time. */
  logOut(credentials: Credentials): readonly string[];
}

/** @param token absent: everybody who reaches this server is the person `local` */
export function createSessions(token: string | undefined): Sessions {
  if (token === undefined) {
    return {
      required: false,
      identify: () => ({ person: 'local', by: 'place' }),
      logIn: () => undefined,
      logOut: () => [],
    };
  }
  // Another token has another key, so it ends every session.
  const key = createHmac('sha256', token).update('parley web session').digest();
  const isToken = (text: string) => isSame(text, token);

  function toSession(person: string, secure: boolean): string {
    const content = `${person}.${Date.now() + sessionMs}`;
    return toCookie(sessionName, `${content}.${sign(content)}`, sessionMs, secure);
  }

  function sign(content: string): string {
    return createHmac('sha256', key).update(content).digest('base64url');
  }

  function readSession(cookie: string | undefined): { person: string; expires: number } | undefined {
    const value = readCookie(cookie, sessionName);
    const [, content = '', person = '', expires = '', signature = ''] =
      /^(([\w-]{1,40})\.(\d{1,15}))\.([\w-]{43})$/.exec(value ?? '') ?? [];
    if (person === '' || !isSame(signature, sign(content)) || Number(expires) <= Date.now()) return undefined;
    return { person, expires: Number(expires) };
  }

  return {
    required: true,
    identify({ authorization, cookie, secure }) {
      const given = readBearer(authorization);
      if (given !== undefined) return isToken(given) ? { person: 'program', by: 'bearer' } : undefined;
      const session = readSession(cookie);
      if (session === undefined) return undefined;
      const { person, expires } = session;
      const isOld = expires - Date.now() < sessionMs - renewMs;
      return { person, by: 'cookie', ...(isOld && { renewal: toSession(person, secure) }) };
    },
    logIn(given, { cookie, secure }) {
      if (!isToken(given.trim())) return undefined;
      const known = readCookie(cookie, personName);
      // It is random and long: to know it is to be that person's browser.
      const secret = known !== undefined && isSecret(known) ? known : randomBytes(32).toString('base64url');
      return [toSession(toPerson(secret), secure), toCookie(personName, secret, personMs, secure)];
    },
    logOut: ({ secure }) => [toCookie(sessionName, '', 0, secure)],
  };
}

/**
 * The token of an `Authorization` header, however wrong; `undefined` where it is of another scheme, as proxies in
 * front have people log in with.
 */
export function readBearer(authorization: string | undefined): string | undefined {
  return /^bearer(?:$| +)(.*)$/i.exec(authorization?.trim() ?? '')?.[1];
}

const sessionName = 'parley_session';
const personName = 'parley_person';
const dayMs = 24 * 3_600_000;
const sessionMs = 30 * dayMs;
/** A session that is older gets a new cookie when it is used. */
const renewMs = dayMs;
/** The longest that browsers keep a cookie. */
const personMs = 400 * dayMs;

function isSecret(value: string): boolean {
  return /^[\w-]{43}$/.test(value);
}

/** The id stands in keys and in the log: it must not lead back to the secret. */
function toPerson(secret: string): string {
  return `p${createHash('sha256').update(secret).digest('base64url').slice(0, 22)}`;
}

/** In a time that says nothing of where they differ. */
function isSame(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

function toCookie(name: string, value: string, ageMs: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${Math.floor(ageMs / 1_000)}; HttpOnly; SameSite=Strict`;
  return `${name}=${value}; ${attributes}${secure ? '; Secure' : ''}`;
}

function readCookie(header: string | undefined, name: string): string | undefined {
  const pair = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
