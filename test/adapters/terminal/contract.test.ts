import { PassThrough } from 'node:stream';
import { createTerminal } from '../../../src/adapters/terminal/terminal.ts';
import { describeDirectPlatform } from '../../contracts/platform-direct.ts';

describeDirectPlatform('Terminal', async () => {
  const input = new PassThrough();
  let written = '';
  const output = new PassThrough();
  output.on('data', (chunk) => {
    written += chunk;
  });
  const platform = createTerminal({
    ...{ input, output, status: new PassThrough(), onExit: () => undefined },
    pictures: 'never-used',
  });
  return {
    platform,
    start: (inbox, commands) => platform.start(inbox, commands),
    say: (text) => void input.write(`${text}\n`),
    // Each answer ends its line.
    shown: () => written.split('\n').filter((line) => line !== ''),
  };
});
