import { Problem } from './problems.ts';

/** What a request says of where it comes from. */
export interface Provenance {
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  /** The host that the browser's address bar shows: as a proxy tells it, else {@link host}. */
  readonly shownHost: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}

/**
 * Refuses what a page of another site makes a browser send: by a name of its own that it pointed at this machine (DNS
 * rebinding), or by a form or script over there (request forgery).
 * @param names where nothing but the address says who asks: then only these names will do, as {@link createNames} gives them
 * @throws Problem 403
 */
export function checkProvenance(request: Provenance, names?: ReadonlySet<string>): void {
  const { method, path, host, shownHost, origin, fetchSite } = request;
  if (names !== undefined && !names.has(hostnameOf(host) ?? ''))
    throw new Problem(403, `Open Parley by its own name: ${[...names].join(' or ')}.`);
  const changes = !safeMethods.has(method);
  const isPage = !changes && !/^\/(api|v1)(\/|$)/.test(path);
  // A link on another site may lead here, a request from there may not.
  if (fetchSite === 'cross-site' && !isPage) throw new Problem(403, elsewhere);
  if (changes && origin !== undefined && hostOf(origin) !== shownHost?.toLowerCase())
    throw new Problem(403, elsewhere);
}

/** The names of this machine for itself, and the address that the server listens at. */
export function createNames(host: string): ReadonlySet<string> {
  const own = host.includes(':') ? `[${host}]` : host;
  return new Set(['localhost', '127.0.0.1', '[::1]', own.toLowerCase()]);
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const elsewhere = 'This request comes from a page of another site: use the page of Parley itself.';

function hostOf(origin: string): string | undefined {
  return URL.parse(origin)?.host;
}

function hostnameOf(host: string | undefined): string | undefined {
  return /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host?.toLowerCase() ?? '')?.[1];
}
