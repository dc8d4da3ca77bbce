import { find } from './dom.js';

/** The page to log in: says why the last attempt failed. */

const faults = new Map([
  ['wrong', 'That is not the access token. Check it and try again.'],
  ['too-many', 'Too many attempts. Wait a minute, then try again.'],
]);

const fault = faults.get(new URLSearchParams(location.search).get('error') ?? '');
if (fault !== undefined) {
  const element = find('#fault', HTMLElement);
  element.hidden = false;
  element.textContent = fault;
}

find('#token', HTMLInputElement).focus();
