import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ValidationSeverity, validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const dockerfile = readFileSync(`${root}/Dockerfile`, 'utf8');
const example = readFileSync(`${root}/.env.example`, 'utf8');
const readme = readFileSync(`${root}/README.md`, 'utf8');
const ignored = readFileSync(`${root}/.dockerignore`, 'utf8').split('\n');

/** Instructions in order, without comments. */
const instructions = dockerfile
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ name: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));

function all(name: string): string[] {
  return instructions.filter((instruction) => instruction.name === name).map(({ rest }) => rest);
}

function placeOf(name: string, rest: RegExp = /./): number {
  return instructions.findIndex((instruction) => instruction.name === name && rest.test(instruction.rest));
}

describe('the Dockerfile', () => {
  it('has no faults that a linter knows', () => {
    const problems = validate(dockerfile, { instructionWorkdirRelative: ValidationSeverity.ERROR });
    expect(problems.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  it('starts from a slim Node 24', () => {
    expect(all('FROM')).toEqual(['node:24-slim']);
  });

  it('installs production dependencies by the lockfile, before the sources so that the layer is kept', () => {
    expect(placeOf('RUN', /^npm ci --omit=dev /)).toBeGreaterThan(placeOf('COPY', /package-lock\.json/));
    expect(placeOf('RUN', /^npm ci --omit=dev /)).toBeLessThan(placeOf('COPY', /^src /));
  });

  it('copies only what is there and what .dockerignore lets through', () => {
    const sources = all('COPY').flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(sources).toEqual(['package.json', 'package-lock.json', 'src']);
    expect(ignored).toContain('*');
    for (const source of sources) {
      expect(existsSync(`${root}/${source}`)).toBe(true);
      expect(ignored).toContain(`!${source}`);
    }
  });

  it('runs as a user without rights, who owns the data volume', () => {
    expect(all('USER')).toEqual(['node']);
    expect(placeOf('RUN', /mkdir \/data && chown node:node \/data/)).toBeLessThan(
      placeOf('VOLUME', /^\/data$/),
    );
    expect(placeOf('USER')).toBeLessThan(placeOf('CMD'));
    expect(all('ENV').join(' ')).toContain('DATA_DIR=/data');
  });

  it('is not overruled by a copy of .env.example', () => {
    const own = all('ENV').flatMap((rest) => rest.split(' ').map((pair) => pair.split('=')[0]));
    expect(own).toContain('DATA_DIR');
    // Also an empty line of an --env-file sets: to nothing.
    const set = example.split('\n').filter((line) => !line.startsWith('#'));
    for (const name of own) expect(set.filter((line) => line.startsWith(`${name}=`))).toEqual([]);
  });

  it('is run with time to end its replies, wherever that is told', () => {
    const commands = `${readme}\n${dockerfile}`.split('\n').filter((line) => line.includes('docker run'));
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(command).toContain('--stop-timeout 20');
  });

  it('runs Node itself as first process, so that signals reach it', () => {
    expect(all('CMD').map((rest) => JSON.parse(rest))).toEqual([
      ['node', '--max-semi-space-size=8', 'src/main.ts'],
    ]);
    expect(all('ENTRYPOINT')).toEqual([]);
  });

  it('checks the health by the heartbeat in the data directory', () => {
    const [check] = all('HEALTHCHECK');
    const command = JSON.parse(check?.slice(check.indexOf('[')) ?? '[]');
    expect(command).toEqual(['node', 'src/ops/health.ts', '/data']);
    expect(existsSync(`${root}/${command[1]}`)).toBe(true);
  });
});
