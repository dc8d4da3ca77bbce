import { spawn } from 'node:child_process';

/** How each system opens an address in the person's browser. */
const openers: Readonly<Record<string, readonly [command: string, ...words: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens an address in the browser. Resolves to a sentence where that did not work; never rejects. */
export function openBrowser(url: string): Promise<string | undefined> {
  const [command, ...words] = openers[process.platform] ?? ['xdg-open'];
  const failure = `The browser could not be opened: open ${url} yourself.`;
  return new Promise((resolve) => {
    const child = spawn(command, [...words, url], { stdio: 'ignore', detached: true });
    // The opener may stay for as long as the browser does.
    child.unref();
    child.once('error', () => resolve(failure));
    child.once('exit', (status) => resolve(status === 0 ? undefined : failure));
  });
}
