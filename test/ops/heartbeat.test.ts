import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readHealth } from '../../src/ops/health.ts';
import { startHeartbeat } from '../../src/ops/heartbeat.ts';
import { createRecordingLogger } from '../fakes/instruments.ts';

const script = fileURLToPath(new URL('../../src/ops/health.ts', import.meta.url));

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function useFakeInterval(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Makes the file look older than it is. */
async function age(file: string, seconds: number): Promise<void> {
  const then = Date.now() / 1_000 - seconds;
  await utimes(file, then, then);
}

describe('the heartbeat', () => {
  it('writes its file at once, again every 15 s, and no more once stopped', async () => {
    useFakeInterval();
    const directory = join(await temporaryDirectory(), 'data');
    const file = join(directory, 'alive');
    const heartbeat = startHeartbeat(directory, createRecordingLogger());
    await vi.waitFor(() => stat(file));
    await age(file, 1_000);
    vi.advanceTimersByTime(14_999);
    expect(readHealth(directory).alive).toBe(false);
    vi.advanceTimersByTime(1);
    await vi.waitFor(() => expect(readHealth(directory).alive).toBe(true));
    heartbeat.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('logs once that it can not write, and goes on trying', async () => {
    useFakeInterval();
    const directory = join(await temporaryDirectory(), 'data');
    await writeFile(directory, 'a file where the directory should be');
    const logger = createRecordingLogger();
    const heartbeat = startHeartbeat(directory, logger);
    onTestFinished(() => heartbeat.stop());
    await vi.waitFor(() => expect(logger.lines).toHaveLength(1));
    vi.advanceTimersByTime(30_000);
    await rm(directory);
    vi.advanceTimersByTime(15_000);
    await vi.waitFor(() => expect(readHealth(directory).alive).toBe(true));
    expect(logger.lines).toHaveLength(1);
  });
});

describe('the health check', () => {
  it.each([
    [0, true],
    [59, true],
    [61, false],
    [86_400, false],
  ])('of a heartbeat %i s ago says %s', async (seconds, alive) => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'alive');
    await writeFile(file, '');
    await age(file, seconds);
    const health = readHealth(directory);
    expect(health.alive).toBe(alive);
    expect(health.sentence).toContain(`${seconds} s ago`);
  });

  it('ends with status 0 where Parley is alive, with 1 and a sentence where it is not', async () => {
    const directory = await temporaryDirectory();
    const before = spawnSync(process.execPath, [script, directory], { encoding: 'utf8' });
    expect(before.status).toBe(1);
    expect(before.stdout).toContain('has not started');
    await writeFile(join(directory, 'alive'), '');
    const after = spawnSync(process.execPath, [script, directory], { encoding: 'utf8' });
    expect(after).toMatchObject({ status: 0, stdout: expect.stringContaining('s ago') });
  });
});
